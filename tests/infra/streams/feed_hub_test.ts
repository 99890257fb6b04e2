import assert from "node:assert/strict";
import {
  FeedHub,
  type FeedListener,
  HUB_SUBJECTS_MAX,
  HubFullError,
} from "../../../infra/streams/feed_hub.ts";
import { FakeBroker } from "./fake_broker.ts";

/** Writes down what it is given. */
function recorder() {
  const texts: string[] = [];
  const ends: string[] = [];
  const listener: FeedListener = {
    take: ({ text }) => void texts.push(text),
    ended: (reason) => void ends.push(reason),
  };
  return { texts, ends, listener };
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

Deno.test("all listeners of a subject share one subscription and the message itself", () => {
  const broker = new FakeBroker();
  const hub = new FeedHub(broker);
  const seen: unknown[] = [];
  const listener = { take: (message: unknown) => void seen.push(message), ended: () => {} };
  for (let count = 0; count < 3; count++) hub.listen("md.a", listener);
  assert.deepEqual([broker.subscribed, hub.subjects], [["md.a"], 1]);
  broker.publish("md.a", { sequence: 5, prevSequence: 4 });
  assert.equal(seen.length, 3);
  assert.ok(seen[0] === seen[1] && seen[1] === seen[2]);
  assert.deepEqual([hub.counts.messages, hub.counts.handedOut], [1, 3]);
  hub.stop();
});

Deno.test("a subject is given up a while after its last listener, and not before", async () => {
  const broker = new FakeBroker();
  const hub = new FeedHub(broker, 20);
  const { listener, texts, ends } = recorder();
  const first = hub.listen("md.a", listener);
  first.leave();
  first.leave();
  // Comes back in time.
  const second = hub.listen("md.a", listener);
  await pause(60);
  assert.deepEqual(broker.open, ["md.a"]);
  broker.publish("md.a", {});
  assert.equal(texts.length, 1, "the place that was left gets nothing");
  second.leave();
  broker.publish("md.a", {});
  assert.equal(texts.length, 1);
  await pause(60);
  assert.deepEqual([broker.open, hub.subjects, ends], [[], 0, []]);
  assert.deepEqual(broker.subscribed, ["md.a"]);
});

Deno.test("whoever comes late finds the last message", () => {
  const broker = new FakeBroker();
  const hub = new FeedHub(broker);
  const { listener } = recorder();
  const place = hub.listen("md.a", listener);
  assert.equal(place.last, null);
  broker.publish("md.a", { sequence: 1 });
  broker.publish("md.a", { sequence: 2 });
  assert.equal(hub.listen("md.a", listener).last?.sequence, 2);
  hub.stop();
});

Deno.test("a refused subject and a stopped hub end their listeners, once", () => {
  const broker = new FakeBroker();
  const hub = new FeedHub(broker);
  const [refused, kept] = [recorder(), recorder()];
  hub.listen("user.1.reports", refused.listener);
  hub.listen("md.a", kept.listener);
  broker.refuse("user.1.reports");
  assert.deepEqual([refused.ends, kept.ends], [["refused"], []]);
  hub.stop();
  assert.deepEqual([refused.ends, kept.ends, broker.open], [["refused"], ["stopped"], []]);
  assert.throws(() => hub.listen("md.a", kept.listener), /stopped/);
});

Deno.test("a hub has a bound, and what is open stays so", () => {
  const broker = new FakeBroker();
  const hub = new FeedHub(broker);
  const { listener } = recorder();
  for (let count = 0; count < HUB_SUBJECTS_MAX; count++) hub.listen(`md.${count}`, listener);
  assert.throws(() => hub.listen("md.more", listener), HubFullError);
  hub.listen("md.0", listener);
  hub.stop();
});

Deno.test("a message is parsed once, and what is no JSON has no numbers", () => {
  const broker = new FakeBroker();
  const hub = new FeedHub(broker);
  const seen: unknown[] = [];
  let made = 0;
  const listener: FeedListener = {
    take(message) {
      const { sequence, prevSequence, fields } = message;
      const form = message.form("sse", () => ++made);
      seen.push([sequence, prevSequence, fields, form]);
    },
    ended: () => {},
  };
  hub.listen("md.a", listener);
  hub.listen("md.a", listener);
  broker.publish("md.a", { sequence: 7, prevSequence: 3 });
  const [one, other] = seen as unknown[][];
  assert.deepEqual(one, [7, 3, { sequence: 7, prevSequence: 3 }, 1]);
  assert.equal(one[2], other[2]);
  assert.equal(other[3], 1);
  broker.publishText("md.a", "no JSON");
  assert.deepEqual(seen.at(-1), [0, 0, {}, 2]);
  hub.stop();
});
