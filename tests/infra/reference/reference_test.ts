import assert from "node:assert/strict";
import { INSTRUMENTS_MAX } from "../../../core/matching/instruments.ts";
import { REFERENCE_BUCKET } from "../../../core/protocol/subjects.ts";
import { Bucket } from "../../../infra/nats/kv.ts";
import { instrumentOf, InstrumentTermsError } from "../../../infra/reference/instrument_terms.ts";
import { followReference, InstrumentTable } from "../../../infra/reference/reference.ts";
import { withNats } from "../nats/temporary_nats.ts";
import { termsWith } from "./terms.ts";

const instrument = (changes: Parameters<typeof termsWith>[0] = {}) => {
  const terms = termsWith(changes);
  return instrumentOf(terms.symbol, terms);
};

Deno.test("the table finds instruments by symbol and by number, and lists them by number", () => {
  const table = new InstrumentTable();
  table.learn(instrument({ instrument: 2, symbol: "ETH-USD" }));
  table.learn(instrument());
  assert.equal(table.bySymbol("ETH-USD")?.instrument, 2);
  assert.equal(table.byNumber(1)?.symbol, "BTC-USD");
  assert.equal(table.bySymbol("BTC-EUR") ?? table.byNumber(3), undefined);
  assert.deepEqual(table.all().map(({ symbol }) => symbol), ["BTC-USD", "ETH-USD"]);
});

Deno.test("what is learnt again replaces what was known", () => {
  const table = new InstrumentTable();
  table.learn(instrument());
  assert.equal(table.all()[0].status, "trading");
  table.learn(instrument({ status: "halted" }));
  assert.deepEqual(table.all().map(({ status }) => status), ["halted"]);
});

Deno.test("a number belongs to one symbol, and there are only so many", () => {
  const table = new InstrumentTable();
  table.learn(instrument());
  assert.throws(() => table.learn(instrument({ symbol: "ETH-USD" })), InstrumentTermsError);
  const beyond = instrument({ instrument: INSTRUMENTS_MAX, symbol: "ETH-USD" });
  assert.throws(() => table.learn(beyond), InstrumentTermsError);
  assert.equal(table.all().length, 1);
});

/** Waits until the condition holds; the test's own time limit is a few seconds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, "it did not come about in 5 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("a gateway follows the bucket, and passes over what is no instrument", () =>
  withNats(async (nats) => {
    const bucket = new Bucket(await nats.connectAs("matcher"), REFERENCE_BUCKET);
    await bucket.put("BTC-USD", JSON.stringify(termsWith()));
    await bucket.put("_index", JSON.stringify(["BTC-USD"]));
    await bucket.put("ETH-USD", "nonsense");
    const errors: string[] = [];
    const reference = followReference(
      await nats.connectAs("gateway"),
      (error) => errors.push(error.message),
    );
    await reference.caughtUp;
    assert.deepEqual(reference.all().map(({ symbol }) => symbol), ["BTC-USD"]);
    assert.deepEqual(errors, ["instrument ETH-USD: the value is not JSON"]);
    assert.ok(reference.ageMillis() < 5_000);
    const eth = termsWith({ instrument: 2, symbol: "ETH-USD" });
    await bucket.put("ETH-USD", JSON.stringify(eth));
    await bucket.put("BTC-USD", JSON.stringify(termsWith({ status: "halted" })));
    await until(() => reference.bySymbol("BTC-USD")?.status === "halted");
    assert.equal(reference.byNumber(2)?.symbol, "ETH-USD");
    await reference.stop();
  }));
