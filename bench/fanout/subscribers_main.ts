/**
 * The subscribers of the fan-out bench: many connections that do nothing but note how old a message
 * is. Asked by its parent: `{}` says what has come since `{reset: true}`.
 *
 * @module
 */
import { FeedSocket } from "../../tests/support/feed_socket.ts";
import { LatencyHistogram, NANOS_MAX } from "../matching/latency_histogram.ts";
import { nowMicros } from "./clock.ts";
import { SUBJECTS } from "./fanout_market.ts";
import { serveParent } from "./part_process.ts";

/** What has come. */
export interface Received {
  readonly deliveries: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly worstMicros: number;
  /** When the last one came, on the clock of `clock.ts`. */
  readonly lastMicros: number;
  /** What the server said against it. */
  readonly errors: readonly string[];
}

/** Where a message carries its time, and the high half of it behind. */
const TIME_OFFSET = 24;
const WORD_BYTES = 4;
const HIGH_WORD = 2 ** 32;
const NANOS_PER_MICRO = 1_000;

const port = Number(Deno.env.get("FANOUT_PORT"));
const connections = Number(Deno.env.get("FANOUT_CONNECTIONS"));
const credentials = Deno.env.get("FANOUT_CREDENTIALS") ?? "";
let ages = new LatencyHistogram();
let lastMicros = 0;

function take(_sid: number, bytes: Uint8Array, start: number): void {
  const at = start + TIME_OFFSET;
  lastMicros = nowMicros();
  const sentMicros = word(bytes, at) + word(bytes, at + WORD_BYTES) * HIGH_WORD;
  const nanos = Math.round((lastMicros - sentMicros) * NANOS_PER_MICRO);
  ages.record(Math.min(Math.max(nanos, 0), NANOS_MAX));
}

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;

const sockets: FeedSocket[] = [];
for (let count = 0; count < connections; count++) {
  const socket = await FeedSocket.connect(port, credentials, take);
  for (const [sid, subject] of SUBJECTS.entries()) await socket.subscribe(subject, sid + 1);
  await socket.flush();
  sockets.push(socket);
}

await serveParent((command: { readonly reset?: boolean }): Received => {
  if (command.reset === true) ages = new LatencyHistogram();
  const micros = (share: number) => Math.round(ages.percentile(share) / NANOS_PER_MICRO);
  return {
    deliveries: ages.count,
    p50Micros: micros(0.5),
    p99Micros: micros(0.99),
    worstMicros: micros(1),
    lastMicros,
    errors: sockets.flatMap(({ errors }) => errors),
  };
});
