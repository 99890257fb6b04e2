/**
 * The same leader as workers/matching, with an echo in the matcher's place: every record is
 * journaled, accepted without a look, reported and published. What the pipeline costs but for
 * matching.
 *
 * @module
 */
import { ShardState } from "../../core/matching/shard_state.ts";
import { EventFlag, EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { FRAME_HEADER_BYTES, frameCount, recordBytes } from "../../core/protocol/frame.ts";
import { OrderWord } from "../../core/protocol/order_record.ts";
import { readU64, type WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { SenderOrder } from "../../core/sequencer/sender_order.ts";
import { Sequencer } from "../../core/sequencer/sequencer.ts";
import { readConfig } from "../../infra/config.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { inboxPrefixOf } from "../../infra/nats/inbox.ts";
import { parseCredentials } from "../../infra/nats/jwt.ts";
import { EventsPublisher } from "../../workers/matching/events_publisher.ts";
import { Leader } from "../../workers/matching/leader.ts";

const config = readConfig(["shard", "natsUrl", "natsCredentials"]);
const { shard } = config;
const connection = await connectNats({
  servers: config.natsUrl,
  credentials: config.natsCredentials,
  name: "pipeline-echo",
});
const inbox = `${inboxPrefixOf(parseCredentials(config.natsCredentials).jwt)}.leader`;
const state = new ShardState();
const journal = new JournalStream(connection, shard);
const { sequence } = await journal.last();
const leader = new Leader({
  connection,
  shard,
  state,
  sequencer: new Sequencer(sequence, 0, 0, 1, new SenderOrder()),
  journal,
  publisher: new EventsPublisher(connection, shard, `${inbox}.events`),
  inbox,
  applyFrame: echoFrame,
  applied: () => {},
  stopped: (reason) => {
    console.error(reason);
    Deno.exit(3);
  },
  say: console.error,
});
leader.start();
console.log(JSON.stringify({ ready: true }));

function echoFrame(to: ShardState, frame: WireBuffer, at: number): void {
  let record = at + FRAME_HEADER_BYTES;
  for (let index = 0; index < frameCount(frame, at); index++) {
    if (to.events.freeCount < 1) to.events.grow();
    const word = record >> 2;
    to.events.commandIndex = index;
    to.events.head(
      EventKind.accepted,
      frame.bytes[record + 1],
      OrderStatus.new,
      EventFlag.resting,
      0,
      frame.words[word + OrderWord.instrument],
      frame.words[word + OrderWord.account],
      ++to.lastOrderId,
    );
    to.events.keyed(
      frame.words[word + OrderWord.keyLow],
      frame.words[word + OrderWord.keyHigh],
      readU64(frame.words, word + OrderWord.price),
      readU64(frame.words, word + OrderWord.quantity),
      0,
      0,
    );
    record += recordBytes(frame, record);
  }
}
