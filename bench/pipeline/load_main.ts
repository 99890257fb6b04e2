/**
 * The load of the pipeline bench: one gateway that sends frames of orders as fast as its window
 * allows, for a while, and prints what came back as one line of JSON.
 *
 * `deno run ... load_main.ts RECORDS_A_FRAME WINDOW_RECORDS SECONDS`; NATS by EDGEBOOK_*.
 *
 * @module
 */
import { Batcher } from "../../core/batcher/batcher.ts";
import { EventFlag, EventKind, EventWord } from "../../core/protocol/event_record.ts";
import {
  frameCount,
  FrameKind,
  frameKind,
  frameNumber,
  RECORD_BYTES,
} from "../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES } from "../../core/protocol/position.ts";
import { ordersSubject } from "../../core/protocol/subjects.ts";
import { readU64, WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { readConfig } from "../../infra/config.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { inboxPrefixOf } from "../../infra/nats/inbox.ts";
import { parseCredentials } from "../../infra/nats/jwt.ts";
import { OrderFlow } from "./order_flow.ts";

/** Share of the run that is not counted: compilers warm up, the book fills. */
const WARM_UP_SHARE = 0.35;

const [recordsText, windowText, secondsText] = Deno.args;
const frameRecords = Number(recordsText);
const windowRecords = Number(windowText);
const seconds = Number(secondsText);
const config = readConfig(["natsUrl", "natsCredentials", "shard"]);
const connection = await connectNats({
  servers: config.natsUrl,
  credentials: config.natsCredentials,
  name: "pipeline-load",
});
const inbox = `${inboxPrefixOf(parseCredentials(config.natsCredentials).jwt)}.load`;
const batcher = new Batcher(
  crypto.getRandomValues(new Uint32Array(1))[0],
  frameRecords,
  windowRecords,
);
const flow = new OrderFlow(20_251);
const subject = ordersSubject(config.shard);
const micros = () => performance.now() * 1000 + 1;
const startMicros = micros();
const countFromMicros = startMicros + seconds * WARM_UP_SHARE * 1e6;
const endMicros = startMicros + seconds * 1e6;
const latenciesMicros: number[] = [];
let sent = 0;
let answered = 0;
let counted = 0;
let countedBytes = 0;
let firstCounted = 0;
let lastCounted = 0;
const done = Promise.withResolvers<void>();

function pump(): void {
  const now = micros();
  batcher.tick(now);
  while (now < endMicros && batcher.window.mayAddFull(sent - answered, frameRecords)) {
    const frame = batcher.openFrame(false, now);
    if (frame === null) break;
    while (frame.count < frameRecords) {
      flow.add(frame);
      batcher.added();
    }
    sent += frame.count;
    const next = batcher.next(now);
    if (next === null) break;
    sealCrc(next.wire, next.byteLength);
    connection.publish(subject, next.message, { reply: `${inbox}.${next.number}` });
  }
  if (now >= endMicros && sent === answered) done.resolve();
}

connection.subscribe(`${inbox}.*`, {
  callback: (_, message) => {
    const answer = WireBuffer.copyOf(message.data);
    if (message.data.length === 0 || frameKind(answer, 0) !== FrameKind.reports) {
      console.error("load: refused or not taken", message.data.length);
      Deno.exit(1);
    }
    const now = micros();
    const frame = batcher.answered(frameNumber(answer, 0), now);
    if (frame === null) return;
    answered += frame.count;
    noteResting(answer);
    if (now >= countFromMicros && now < endMicros) {
      if (firstCounted === 0) firstCounted = now;
      else {
        counted += frame.count;
        countedBytes += message.data.length;
        latenciesMicros.push(now - frame.sentMicros);
      }
      lastCounted = now;
    }
    batcher.release(frame);
    pump();
  },
});
/** Notes the orders that now rest, as a gateway does that is to cancel them. */
function noteResting(answer: WireBuffer): void {
  const end = POSITIONED_BODY_BYTES + frameCount(answer, 0) * RECORD_BYTES;
  for (let at = POSITIONED_BODY_BYTES; at < end; at += RECORD_BYTES) {
    const isResting = answer.bytes[at] === EventKind.accepted &&
      (answer.bytes[at + 3] & EventFlag.resting) !== 0;
    if (!isResting) continue;
    const word = at >> 2;
    const orderId = readU64(answer.words, word + EventWord.orderId);
    flow.rests(answer.words[word + EventWord.account], orderId);
  }
}

pump();
await done.promise;
latenciesMicros.sort((one, other) => one - other);
const at = (share: number) =>
  Math.round(latenciesMicros[Math.floor(latenciesMicros.length * share)] ?? 0);
console.log(JSON.stringify({
  ordersPerSecond: Math.round(counted / (lastCounted - firstCounted) * 1e6),
  sent,
  answered,
  reportBytesPerOrder: Math.round(countedBytes / counted),
  p50Micros: at(0.5),
  p99Micros: at(0.99),
}));
await connection.close();
