/**
 * Gets and puts of gateways, carried out by a process of the house.
 *
 * The server sends its answers to JetStream requests to whatever reply subject they name, without
 * asking whether the sender may publish there, and the reply subject may be one of JetStream's own:
 * one direct get of a key that does not exist, with `$JS.API.STREAM.DELETE.JOURNAL_0` for a reply,
 * deletes the journal. So a gateway, which stands at the edge, has no JetStream right at all. It
 * asks here, and the answer goes to gateways' inboxes or nowhere, because this process may publish
 * to no other.
 *
 * Any number of relays may run; each request goes to one of them.
 *
 * @module
 */
import { headers, type Msg, type MsgHdrs, type NatsConnection } from "nats.ws";
import { KEY_ID_PATTERN } from "../../core/auth/signed_headers.ts";
import {
  KEY_USES_BUCKET,
  KEYS_BUCKET,
  LISTENERS_BUCKET,
  REFERENCE_BUCKET,
} from "../../core/protocol/subjects.ts";
import { inboxPrefix } from "./inbox.ts";
import { BUCKET_ANSWER_MILLIS_MAX, directGetSubject, entrySubject, isBucketKey } from "./kv.ts";

/** Buckets that gateways may read. */
const READABLE: readonly string[] = [REFERENCE_BUCKET, KEYS_BUCKET];
/** Longest note of a key's last use. */
export const KEY_USE_BYTES_MAX = 256;
/** Headers of a put that are passed on; others could replace or expire what is stored. */
const PUT_HEADERS = ["Nats-Expected-Last-Subject-Sequence", "KV-Operation"];
/** Queue group of the relays. */
const QUEUE = "bucket-relay";
/** Requests under way; what comes beyond is refused. */
export const RELAYED_MAX = 1_024;
/** Longest request. */
export const RELAYED_BYTES_MAX = 4_096;
/** Buckets that gateways may write, with the keys and the length of what they may write. */
const WRITABLE: ReadonlyMap<string, { readonly keys: RegExp; readonly bytesMax: number }> = new Map(
  [
    [LISTENERS_BUCKET, { keys: /./, bytesMax: RELAYED_BYTES_MAX }],
    [KEY_USES_BUCKET, { keys: KEY_ID_PATTERN, bytesMax: KEY_USE_BYTES_MAX }],
  ],
);

/** How long {@link BucketRelay.stop} waits for what is under way. */
const STOP_MILLIS_MAX = 500;

/** A relay that runs. */
export interface BucketRelay {
  /** Takes no more requests; settles when those that were taken are answered, or half a second later. */
  stop(): Promise<void>;
}

/** What a request is turned into. */
interface Relayed {
  readonly subject: string;
  readonly headers?: MsgHdrs;
}

/** Answers gateways over a connection of the user `history` until it is stopped. */
export function relayBuckets(connection: NatsConnection): BucketRelay {
  const underWay = new Set<Promise<void>>();
  const take = (message: Msg): void => {
    if (!isFromGateway(message)) return;
    const relayed = translate(message);
    if (relayed === undefined) return refuse(message, 400, "Bad Request");
    if (underWay.size >= RELAYED_MAX) return refuse(message, 503, "Too Many Requests Under Way");
    const work = carryOut(message, relayed).finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const carryOut = async (message: Msg, relayed: Relayed): Promise<void> => {
    try {
      const answer = await connection.request(relayed.subject, message.data, {
        timeout: BUCKET_ANSWER_MILLIS_MAX,
        ...(relayed.headers === undefined ? {} : { headers: relayed.headers }),
      });
      message.respond(answer.data, answer.headers ? { headers: answer.headers } : {});
    } catch {
      // The broker does not answer just now: that is what the gateway is told.
      refuse(message, 503, "No Answer");
    }
  };
  const subscription = connection.subscribe("bucket.>", {
    queue: QUEUE,
    callback: (error, message) => {
      if (error === null) take(message);
    },
  });
  const drain = async (): Promise<void> => {
    // The server has sent requests here until it knows: what is on its way is still answered.
    await subscription.drain().catch(() => {});
    await Promise.allSettled(underWay);
  };
  const stop = async (): Promise<void> => {
    const bound = Promise.withResolvers<void>();
    const timer = setTimeout(bound.resolve, STOP_MILLIS_MAX);
    await Promise.race([drain(), bound.promise]);
    clearTimeout(timer);
  };
  return { stop };
}

const isFromGateway = (message: Msg): boolean =>
  message.reply?.startsWith(inboxPrefix("gateway", "")) === true;

/** What the broker is asked, or `undefined` for what gateways may not ask. */
function translate(message: Msg): Relayed | undefined {
  const [, verb, bucket = "", ...rest] = message.subject.split(".");
  const key = rest.length === 0 ? undefined : rest.join(".");
  if (message.data.length > RELAYED_BYTES_MAX) return undefined;
  if (key !== undefined && !isBucketKey(key)) return undefined;
  if (verb === "get" && READABLE.includes(bucket)) {
    return { subject: directGetSubject(bucket, key) };
  }
  const writable = verb === "put" ? WRITABLE.get(bucket) : undefined;
  if (writable === undefined || key === undefined || !writable.keys.test(key)) return undefined;
  if (message.data.length > writable.bytesMax) return undefined;
  const head = headers();
  for (const name of PUT_HEADERS) {
    const value = message.headers?.get(name) ?? "";
    if (value !== "") head.set(name, value);
  }
  return { subject: entrySubject(bucket, key), headers: head };
}

function refuse(message: Msg, code: number, description: string): void {
  message.respond("", { headers: headers(code, description) });
}
