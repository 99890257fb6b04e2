import assert from "node:assert/strict";
import { buy } from "../../support/commands.ts";
import { openListened, SECOND_STEPS } from "./listened_market.ts";

Deno.test("orders are published until the broker says that nobody listens, and again once somebody does", () => {
  const { append, books, connection, feeds, steps } = openListened();
  const orders = "md.BTC-USD.orders.json";
  append([buy(1, 4_000)]);
  const instrument = feeds.find("BTC-USD");
  assert.ok(instrument !== undefined);
  const reply = () => books.reply(instrument, "orders", "json");
  assert.equal(reply(), undefined, "before anything is known");
  steps(1);
  assert.equal(typeof reply(), "string", "with a subject for the answer");
  assert.equal(books.reply(instrument, "trades", "json"), undefined);
  // The publisher publishes with it, and nobody is there.
  connection.publish(orders, "{}", { reply: reply() as string });
  assert.equal(reply(), null);
  const published = connection.published;
  steps(SECOND_STEPS / 2);
  assert.equal(reply(), null);
  steps(5 * SECOND_STEPS);
  const tried = connection.published - published;
  assert.ok(tried > 0 && connection.tried.has(orders), "tried again");
  assert.equal(reply(), null, "and not heard");
  connection.listened.add(orders);
  connection.heard.length = 0;
  append([buy(1, 4_001)]);
  steps(2 * SECOND_STEPS);
  assert.equal(typeof reply(), "string");
  const last = instrument.ordersSequence;
  const numbers = connection.heard.map(({ message }) => [message.prevSequence, message.sequence]);
  assert.deepEqual(numbers, [[last, last]], "once, with the number that the feed stands at");
});

Deno.test("orders that are heard are published behind a connection that broke as well", async () => {
  const { append, books, connection, feeds, steps } = openListened();
  connection.listened.add("md.BTC-USD.orders.bin");
  append([buy(1, 4_000)]);
  const instrument = feeds.find("BTC-USD");
  assert.ok(instrument !== undefined);
  steps(1);
  connection.breaks();
  await new Promise((done) => setTimeout(done, 0));
  // What was kept of them comes again: a try now would say that some is missing.
  assert.equal(typeof books.reply(instrument, "orders", "bin"), "string");
});
