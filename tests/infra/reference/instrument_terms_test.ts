import assert from "node:assert/strict";
import {
  INSTRUMENT_BYTES_MAX,
  InstrumentTermsError,
  readInstrument,
} from "../../../infra/reference/instrument_terms.ts";
import { termsWith } from "./terms.ts";

const bytesOf = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

Deno.test("an instrument comes with what a tick times a lot is worth", () => {
  const instrument = readInstrument("BTC-USD", bytesOf(termsWith({ tickSize: 5, lotSize: 10 })));
  assert.deepEqual(instrument, {
    ...termsWith({ tickSize: 5, lotSize: 10 }),
    quotePerTickLot: 50,
  });
});

Deno.test("fields that a newer leader adds are passed over", () => {
  const value = bytesOf({ ...termsWith(), expiry: "never" });
  assert.equal(readInstrument("BTC-USD", value).symbol, "BTC-USD");
});

Deno.test("what is no instrument of its symbol is refused, and the field is named", () => {
  const { tickSize: _, ...partial } = termsWith();
  const cases: readonly [unknown, RegExp][] = [
    ["{", /not JSON/],
    [[], /Object|symbol|instrument/],
    [partial, /tickSize/],
    [termsWith({ tickSize: 0 }), /tickSize/],
    [termsWith({ lotSize: 1.5 }), /lotSize/],
    [termsWith({ priceScale: 13 }), /priceScale/],
    [termsWith({ symbol: "ETH-USD" }), /is of ETH-USD/],
    [termsWith({ quoteScale: 5 }), /finer than those of its assets/],
    [{ ...termsWith(), status: "open" }, /status/],
    ["x".repeat(INSTRUMENT_BYTES_MAX + 1), /4097 bytes; the most is 4096/],
  ];
  for (const [value, message] of cases) {
    assert.throws(
      () => readInstrument("BTC-USD", bytesOf(value)),
      (error: unknown) => error instanceof InstrumentTermsError && message.test(error.message),
      String(message),
    );
  }
  const broken = Uint8Array.of(0x22, 0xff, 0x22);
  assert.throws(() => readInstrument("BTC-USD", broken), InstrumentTermsError);
});
