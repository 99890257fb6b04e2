/**
 * Key-value buckets without consumers: gets and puts with no more rights than those two need.
 * kv_follower.ts follows a bucket.
 *
 * A process of the house asks the broker itself. A gateway has no JetStream right, see users.ts: it
 * asks the relay (bucket_relay.ts), with the same requests and the same answers.
 *
 * The bytes are those of every NATS key-value client: the `nats` CLI reads and writes the same.
 *
 * @module
 */
import { headers, type Msg, type MsgHdrs, type NatsConnection } from "nats.ws";
import { bucketSubject } from "../../core/protocol/subjects.ts";
import { BucketError } from "./errors.ts";
import { roleOf } from "./inbox.ts";

/** Longest wait for an answer. */
export const BUCKET_ANSWER_MILLIS_MAX = 2_000;
const KEY_PATTERN = /^[-/=.\w]{1,200}$/;
const NOT_FOUND = 404;
/** The API's code for "somebody else wrote first". */
export const WRONG_LAST_SEQUENCE = 10071;

/** Whether a text is a key that stands for exactly one subject. */
export const isBucketKey = (key: string): boolean =>
  KEY_PATTERN.test(key) && !key.startsWith(".") && !key.endsWith(".") && !key.includes("..");

/** Subject under which a key's value is stored. */
export const entrySubject = (bucket: string, key: string): string => `$KV.${bucket}.${key}`;

/** Subject of the broker's own gets: of a key's last value, or of whatever the request says. */
export const directGetSubject = (bucket: string, key?: string): string =>
  `$JS.API.DIRECT.GET.KV_${bucket}${key === undefined ? "" : `.${entrySubject(bucket, key)}`}`;

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
  readonly #prefix: string;
  readonly #isRelayed: boolean;

  /** @param answerMillis longest wait for an answer */
  constructor(
    readonly connection: NatsConnection,
    readonly name: string,
    readonly answerMillis: number = BUCKET_ANSWER_MILLIS_MAX,
  ) {
    this.#prefix = `$KV.${name}.`;
    this.#isRelayed = roleOf(connection) === "gateway";
  }

  /** The last value of a key, or `undefined` when it has none or was deleted. */
  async get(key: string): Promise<BucketEntry | undefined> {
    const entry = await this.last(key);
    return entry?.deleted ? undefined : entry;
  }

  /** What was written last under a key, its deletion included; `undefined` when nothing ever was. */
  async last(key: string): Promise<BucketEntry | undefined> {
    return this.#entry(await this.#request(this.#getSubject(key)));
  }

  /** Revision of what was written last under any key; 0 when nothing is there. */
  async lastRevision(): Promise<number> {
    const query = JSON.stringify({ last_by_subj: `${this.#prefix}>` });
    return this.#entry(await this.#request(this.#getSubject(), query))?.revision ?? 0;
  }

  /** The first entry with at least the given revision, deleted ones included. */
  async next(fromRevision: number): Promise<BucketEntry | undefined> {
    const query = JSON.stringify({ seq: fromRevision, next_by_subj: `${this.#prefix}>` });
    return this.#entry(await this.#request(this.#getSubject(), query));
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
    return this.#acknowledged(await this.#request(this.#putSubject(key), value, head));
  }

  /** Deletes a key; followers see it as deleted. Returns the revision of that. */
  async delete(key: string): Promise<number> {
    const head = headers();
    head.set("KV-Operation", "DEL");
    return this.#acknowledged(await this.#request(this.#putSubject(key), "", head));
  }

  /** Subject on which every write is seen before it is stored: a hint that it is time to look. */
  get announcements(): string {
    return `${this.#prefix}>`;
  }

  #getSubject(key?: string): string {
    if (key !== undefined) this.#checkKey(key);
    return this.#isRelayed
      ? bucketSubject("get", this.name, key)
      : directGetSubject(this.name, key);
  }

  #putSubject(key: string): string {
    this.#checkKey(key);
    return this.#isRelayed ? bucketSubject("put", this.name, key) : entrySubject(this.name, key);
  }

  #checkKey(key: string): void {
    if (!isBucketKey(key)) {
      throw new BucketError(this.name, 400, `key ${JSON.stringify(key)} is not allowed`);
    }
  }

  async #request(subject: string, data: Uint8Array | string = "", head?: MsgHdrs): Promise<Msg> {
    return await this.connection.request(subject, data, {
      timeout: this.answerMillis,
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
