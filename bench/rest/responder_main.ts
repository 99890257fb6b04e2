/**
 * Answers each plainly forwarded order with "accepted", at once.
 *
 * @module
 */
import { EventWriter } from "../../core/matching/event_writer.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { FRAME_HEADER_BYTES, frameNumber, frameSender } from "../../core/protocol/frame.ts";
import { OrderWord } from "../../core/protocol/order_record.ts";
import { readU64, WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { collectReports } from "../../core/sequencer/reports.ts";
import { readConfig } from "../../infra/config.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { connectNats } from "../../infra/nats/connect.ts";

/** The subject of the forwarding shard; see forwarding_main.ts. */
const SUBJECT = "orders.9";

const config = readConfig(["natsUrl", "natsCredentials"]);
const connection = await connectNats({
  servers: config.natsUrl,
  credentials: config.natsCredentials,
  name: "bench-responder",
});
const events = new EventWriter(64);
let orderId = 0;
connection.subscribe(SUBJECT, {
  callback: (_, message) => {
    const frame = WireBuffer.copyOf(message.data);
    const record = FRAME_HEADER_BYTES;
    const word = record >> 2;
    events.reset();
    events.head(
      EventKind.accepted,
      frame.bytes[record + 1],
      OrderStatus.new,
      0,
      0,
      frame.words[word + OrderWord.instrument],
      frame.words[word + OrderWord.account],
      ++orderId,
    );
    events.keyed(
      frame.words[word + OrderWord.keyLow],
      frame.words[word + OrderWord.keyHigh],
      readU64(frame.words, word + OrderWord.price),
      readU64(frame.words, word + OrderWord.quantity),
      0,
      0,
    );
    const reports = collectReports(events, 0, events.count, {
      sender: frameSender(frame, 0),
      frameNumber: frameNumber(frame, 0),
      commands: 1,
      stampMicros: Date.now() * 1_000,
      journalSequence: orderId,
      firstEventSequence: orderId,
      epoch: 1,
    });
    sealCrc(reports, reports.bytes.length);
    message.respond(reports.bytes);
  },
});
console.log(JSON.stringify({ ready: true }));
