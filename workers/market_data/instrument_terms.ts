/**
 * Terms of instruments, from the REFERENCE bucket, when the events define an instrument that is not
 * known yet. The leader writes an instrument there before it publishes the event.
 *
 * @module
 */
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { REFERENCE_BUCKET, SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { Bucket, type BucketEntry } from "../../infra/nats/kv.ts";
import type { NatsConnection } from "nats.ws";

/** How long the terms of an instrument are waited for. */
export const TERMS_WAIT_MILLIS_MAX = 30_000;
/** Pause between two looks. */
const LOOK_MILLIS = 50;

/** The bucket does not have the terms of an instrument that the events define. */
export class TermsMissingError extends Error {
  override readonly name = "TermsMissingError";
  constructor(readonly instrument: number, reason: string) {
    super(
      `${REFERENCE_BUCKET} has no terms of instrument ${instrument} ` +
        `after ${TERMS_WAIT_MILLIS_MAX} ms: ${reason}`,
    );
  }
}

/** Reads the bucket from where it was last read. */
export class InstrumentTermsReader {
  readonly #bucket: Bucket;
  #nextRevision = 1;

  constructor(connection: NatsConnection) {
    this.#bucket = new Bucket(connection, REFERENCE_BUCKET);
  }

  /**
   * Gives every entry that it has not read yet to `learn`, until that of `instrument` was there.
   *
   * @throws {TermsMissingError} when it is not there within {@link TERMS_WAIT_MILLIS_MAX}
   */
  async find(
    instrument: number,
    learn: (reference: InstrumentReference) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const until = performance.now() + TERMS_WAIT_MILLIS_MAX;
    let reason = "it is not there";
    while (!signal.aborted && performance.now() < until) {
      let entry: BucketEntry | undefined;
      try {
        entry = await this.#bucket.next(this.#nextRevision);
      } catch (error) {
        // The broker may be away for a moment; the time limit decides.
        reason = error instanceof Error ? error.message : String(error);
      }
      if (entry === undefined) {
        await new Promise((done) => setTimeout(done, LOOK_MILLIS));
        continue;
      }
      this.#nextRevision = entry.revision + 1;
      const reference = readReference(entry);
      if (reference === undefined) continue;
      learn(reference);
      if (reference.instrument === instrument) return;
    }
    if (!signal.aborted) throw new TermsMissingError(instrument, reason);
  }
}

/** The instrument in an entry; `undefined` for entries that are about something else. */
function readReference(entry: BucketEntry): InstrumentReference | undefined {
  if (entry.deleted || !SYMBOL_PATTERN.test(entry.key)) return undefined;
  return JSON.parse(new TextDecoder().decode(entry.value)) as InstrumentReference;
}
