/**
 * Key-value buckets without consumers: gets and puts with no more rights than those two need.
 * kv_follower.ts follows a bucket.
 *
 * The bytes are those of every NATS key-value client: the `nats` CLI reads and writes the same.
 *
 * @module
 */
import { headers, type Msg, type MsgHdrs, type NatsConnection } from "nats.ws";
import { BucketError } from "./errors.ts";

/** Longest wait for an answer. */
export const BUCKET_ANSWER_MILLIS_MAX = 2_000;
const KEY_PATTERN = /^[-/=.\w]{1,200}$/;
const NOT_FOUND = 404;
/** The API's code for "somebody else wrote first". */
export const WRONG_LAST_SEQUENCE = 10071;

/** One key's last value. */
export interface BucketEntry {
  readonly key: string;
  /** Empty when the key was deleted. */
  readonly value: Uint8Array;
  readonly deleted: boolean;
  /** Position in the bucket's stream; grows with every write of any key. */
  readonly revision: number;
}

/** A key-value bucket seen through one connection. Needs only what its user is granted. */
export class Bucket {
  readonly #stream: string;
  readonly #prefix: string;

  constructor(readonly connection: NatsConnection, readonly name: string) {
    this.#stream = `KV_${name}`;
    this.#prefix = `$KV.${name}.`;
  }

  /** The last value of a key, or `undefined` when it has none or was deleted. */
  async get(key: string): Promise<BucketEntry | undefined> {
    const subject = `$JS.API.DIRECT.GET.${this.#stream}.${this.#subject(key)}`;
    const entry = this.#entry(await this.#request(subject));
    return entry?.deleted ? undefined : entry;
  }

  /** The first entry with at least the given revision, deleted ones included. */
  async next(fromRevision: number): Promise<BucketEntry | undefined> {
    const query = JSON.stringify({ seq: fromRevision, next_by_subj: `${this.#prefix}>` });
    return this.#entry(await this.#request(`$JS.API.DIRECT.GET.${this.#stream}`, query));
  }

  /**
   * Writes a key.
   *
   * @param expectedRevision when given, the key must still be at it (0: must not exist)
   * @returns the new revision
   * @throws {BucketError} with code {@link WRONG_LAST_SEQUENCE} when it is not
   */
  async put(key: string, value: Uint8Array | string, expectedRevision?: number): Promise<number> {
    const head = expectedRevision === undefined ? undefined : headers();
    head?.set("Nats-Expected-Last-Subject-Sequence", String(expectedRevision));
    return this.#acknowledged(await this.#request(this.#subject(key), value, head));
  }

  /** Deletes a key; followers see it as deleted. Returns the revision of that. */
  async delete(key: string): Promise<number> {
    const head = headers();
    head.set("KV-Operation", "DEL");
    return this.#acknowledged(await this.#request(this.#subject(key), "", head));
  }

  /** Subject on which every write is seen before it is stored: a hint that it is time to look. */
  get announcements(): string {
    return `${this.#prefix}>`;
  }

  #subject(key: string): string {
    if (!KEY_PATTERN.test(key) || key.startsWith(".") || key.endsWith(".")) {
      throw new BucketError(this.name, 400, `key ${JSON.stringify(key)} is not allowed`);
    }
    return this.#prefix + key;
  }

  async #request(subject: string, data: Uint8Array | string = "", head?: MsgHdrs): Promise<Msg> {
    return await this.connection.request(subject, data, {
      timeout: BUCKET_ANSWER_MILLIS_MAX,
      ...(head === undefined ? {} : { headers: head }),
    });
  }

  #entry(answer: Msg): BucketEntry | undefined {
    const head = answer.headers;
    const subject = head?.get("Nats-Subject") ?? "";
    if (head?.code === NOT_FOUND) return undefined;
    if (head === undefined || head.hasError || !subject.startsWith(this.#prefix)) {
      throw new BucketError(this.name, head?.code ?? 0, head?.description ?? "no direct get");
    }
    return {
      key: subject.slice(this.#prefix.length),
      value: answer.data,
      deleted: head.get("KV-Operation") !== "",
      revision: Number(head.get("Nats-Sequence")),
    };
  }

  #acknowledged(answer: Msg): number {
    const { seq, error } = JSON.parse(answer.string());
    if (error !== undefined) throw new BucketError(this.name, error.err_code, error.description);
    return seq;
  }
}
