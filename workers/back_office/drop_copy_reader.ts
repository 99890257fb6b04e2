/**
 * Reads a part of the drop copy from the history of the leader, page by page.
 *
 * @module
 */
import { ErrorCode, type NatsConnection, NatsError } from "nats.ws";
import * as v from "valibot";
import type { CopyEntry, RepairQuery } from "../../core/protocol/drop_copy.ts";
import { repairSubject } from "../../core/protocol/subjects.ts";
import type { CopySource } from "./reconciler.ts";

/** How long an answer may take. */
const ANSWER_MILLIS_MAX = 10_000;
/** How long history may need until it has what is asked for, or answers at all. */
export const BEHIND_MILLIS_MAX = 30_000;
const RETRY_MILLIS = 50;

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const PAGE = v.object({
  prevSequence: number,
  sequence: number,
  entries: v.array(
    v.looseObject({
      kind: v.picklist(["execution", "movement"]),
      sequence: number,
      account: v.string(),
    }),
  ),
});
const ERROR = v.object({ error: v.string(), detail: v.string() });

/** The drop copy cannot be read. */
export class DropCopyError extends Error {
  override readonly name = "DropCopyError";
}

/** Reads entries by ascending event. Holds one page at a time. */
export class DropCopyReader implements CopySource {
  readonly #connection: NatsConnection;
  readonly #shard: number;
  readonly #waitMillis: number;
  /** The last page goes up to this event. */
  #sequence: number;
  #page: readonly CopyEntry[] = [];
  #at = 0;

  /**
   * @param afterSequence the first entry is of an event behind this one
   * @param waitMillis in place of {@link BEHIND_MILLIS_MAX}
   */
  constructor(
    connection: NatsConnection,
    shard: number,
    afterSequence: number,
    waitMillis: number = BEHIND_MILLIS_MAX,
  ) {
    this.#connection = connection;
    this.#shard = shard;
    this.#sequence = afterSequence;
    this.#waitMillis = waitMillis;
  }

  /** @throws {DropCopyError} when history does not get that far, or answers something else */
  async peek(toSequence: number): Promise<CopyEntry | null> {
    while (this.#at === this.#page.length && this.#sequence < toSequence) {
      await this.#turn(toSequence);
    }
    const entry = this.#page[this.#at];
    return entry !== undefined && entry.sequence <= toSequence ? entry : null;
  }

  take(): void {
    this.#at++;
  }

  /** Reads the next page; waits while history is behind. */
  async #turn(toSequence: number): Promise<void> {
    const until = performance.now() + this.#waitMillis;
    while (true) {
      const page = await ask(this.#connection, this.#shard, { afterSequence: this.#sequence });
      if (typeof page !== "string" && page.sequence > this.#sequence) {
        this.#page = page.entries as unknown as CopyEntry[];
        this.#at = 0;
        this.#sequence = page.sequence;
        return;
      }
      if (performance.now() > until) {
        const reason = typeof page === "string" ? page : "there is nothing more";
        throw new DropCopyError(
          `the drop copy ends at event ${this.#sequence}, ${toSequence} is needed: ${reason}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
    }
  }
}

/** A page, or why there is none just now. */
async function ask(connection: NatsConnection, shard: number, query: RepairQuery) {
  const subject = repairSubject(shard);
  let text: string;
  try {
    const options = { timeout: ANSWER_MILLIS_MAX };
    text = (await connection.request(subject, JSON.stringify(query), options)).string();
  } catch (error) {
    if (!(error instanceof NatsError)) throw error;
    return error.code === ErrorCode.NoResponders ? `nobody answers on ${subject}` : error.message;
  }
  const answer = parse(text);
  if (v.is(ERROR, answer)) return answer.detail;
  const page = v.safeParse(PAGE, answer);
  if (!page.success) {
    const where = v.getDotPath(page.issues[0]) ?? "the answer";
    throw new DropCopyError(`${subject}: ${where} is not what it must be`);
  }
  if (page.output.prevSequence !== query.afterSequence) {
    throw new DropCopyError(
      `${subject}: asked for what is behind ${query.afterSequence}, got ${page.output.prevSequence}`,
    );
  }
  return page.output;
}

/** What a text says, or nothing that is an answer where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
