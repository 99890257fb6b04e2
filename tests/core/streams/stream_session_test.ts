import assert from "node:assert/strict";
import { type Channel, parseChannel } from "../../../core/streams/channel.ts";
import { type Asking, StreamSession } from "../../../core/streams/stream_session.ts";
import { type Said, said } from "./stream_market.ts";

/** A session with one channel, and what it asks. */
function sessionOf(name: string, place: number | null = null) {
  const channel = parseChannel(name) as Channel;
  const asked: Asking[] = [];
  const session = new StreamSession<Said>((_, asking) => void asked.push(asking));
  session.open(channel, new Map(place === null ? [] : [[name, place]]), null);
  /** Kinds and numbers of what waits. */
  const read = () => {
    const all: string[] = [];
    for (let one = session.next(); one !== undefined; one = session.next()) {
      const { item } = one;
      all.push("message" in item ? `${item.kind} ${item.message.sequence}` : item.kind);
    }
    return all;
  };
  const take = (prevSequence: number, sequence: number, what: Partial<Said> = {}) =>
    session.take(channel, said(sequence, prevSequence, what));
  const answer = (sequence: number, messages: Said[] = [], place = sequence, hasMore = false) =>
    session.answer(channel, { sequence, messages, place, isComplete: true, hasMore });
  return { channel, session, asked, read, take, answer };
}

Deno.test("a book that does not join what was kept is asked for again, and is not shown", () => {
  const { asked, read, take, answer } = sessionOf("depth:BTC-USD");
  take(7, 9);
  answer(5, [said(5, 0)]);
  assert.deepEqual([read(), asked.length], [[], 2]);
  answer(8, [said(8, 0)]);
  assert.deepEqual(read(), ["snapshot 8", "joined", "message 9"]);
});

Deno.test("there is one question of a channel at a time", () => {
  const { session, channel, asked, read, take, answer } = sessionOf("reports", 0);
  answer(1, [said(1, 0)]);
  assert.deepEqual(read(), ["message 1", "joined"]);
  session.check(channel);
  session.check(channel);
  take(3, 4);
  take(4, 5);
  assert.equal(asked.length, 2);
  answer(3, [said(2, 1), said(3, 2)]);
  assert.deepEqual(read(), ["message 2", "message 3", "joined", "message 4", "message 5"]);
  session.check(channel);
  assert.deepEqual(asked.at(-1), { after: 5 });
});

Deno.test("trades that an answer had are taken out of the message that follows", () => {
  const { session, take, answer, channel } = sessionOf("trades:BTC-USD");
  answer(5, [], 3);
  take(2, 8, { trades: [2, 3, 4] });
  session.next();
  const { item, place } = session.next()!;
  assert.ok(item.kind === "message" && item.channel === channel);
  assert.deepEqual([item.message.trades, place], [[4], 4]);
  take(8, 9, { trades: [4] });
  assert.equal(session.next(), undefined);
});

Deno.test("candles that are missing are told, and what is said again comes once", () => {
  const { read, take } = sessionOf("candles.1m:BTC-USD");
  take(4, 4);
  take(4, 4);
  take(4, 6);
  take(7, 8);
  take(8, 8);
  assert.deepEqual(read(), ["joined", "message 4", "message 6", "gap", "message 8"]);
});

Deno.test("an answer to somebody who has left is nothing to who has come back", () => {
  const { session, channel, read, answer } = sessionOf("depth:BTC-USD");
  session.close(channel);
  session.open(channel, new Map(), null);
  answer(5, [said(5, 0)]);
  assert.deepEqual(read(), ["snapshot 5", "joined"]);
  answer(9, [said(9, 0)]);
  assert.deepEqual(read(), []);
});
