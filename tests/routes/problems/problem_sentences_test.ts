/**
 * The sentences that problems say of what happened.
 *
 * @module
 */

import assert from "node:assert/strict";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { EdgeCode } from "../../../routes/problems/edge_code.ts";
import { Problem } from "../../../routes/problems/problem.ts";
import { LIMIT_BUY, TestGateway } from "../test_gateway.ts";

const ORDERS: readonly [changes: Readonly<Record<string, unknown>>, sentence: string][] = [
  [{ price: "50000.001" }, "The price 50000.001 is not a multiple of the tick, 0.01."],
  [{ price: "0.00" }, "The price 0.00 is below the least, 0.01."],
  [
    { price: "1000000.01" },
    "The price 1000000.01 is above the highest that the instrument takes, 1000000.00.",
  ],
  [{ quantity: "0.00005" }, "The quantity 0.00005 is not a multiple of the lot, 0.0001."],
  [{ quantity: "0" }, "The quantity 0 is below the least, 0.0001."],
  [
    { quantity: "9000.0001" },
    "The quantity 9000.0001 is above the most that an order may have, 9000.0000.",
  ],
  [
    { type: "market", price: undefined, quantity: undefined, quoteQuantity: "1.0000001" },
    "The budget 1.0000001 is not a multiple of the asset's smallest unit, 0.000001.",
  ],
  [
    { type: "market", price: undefined, quantity: undefined, quoteQuantity: "0" },
    "The budget 0 is below the least, 0.000001.",
  ],
  [
    { postOnly: true },
    "The order is post-only, and at 50000.00 it would trade at once: the other side is at 49999.00.",
  ],
  [
    { price: "900000.00", quantity: "900.0000" },
    "The order needs 810405000.000000 USD, and 100000000.000000 USD are available.",
  ],
  [{ symbol: "DOGE-USD" }, "There is no instrument of the symbol DOGE-USD."],
];

for (const [changes, sentence] of ORDERS) {
  Deno.test(`an order is told why in a sentence: ${sentence}`, async () => {
    const gateway = new TestGateway();
    await gateway.place(2, { side: "sell", price: "49999.00" });
    const body = { ...LIMIT_BUY, ...changes };
    const answer = await gateway.signed(1, "POST", "/v1/orders", { body });
    assert.equal(answer.body.detail, sentence);
  });
}

const detailOf = (code: number, details: ConstructorParameters<typeof Problem>[1]): string =>
  JSON.parse(new Problem(code, details).reply("r1").body).detail;

Deno.test("what else meets a limit says so", () => {
  const sentences = [
    [
      ResultCode.quantityExecuted,
      "The new quantity 2 is not above the 1 that the order has executed.",
    ],
    [ResultCode.openOrdersFull, "The account has 2 open orders, and may have 1."],
    [EdgeCode.tooManyCommands, "The request costs 2 units, and the key's limits let in 1 at once."],
    [EdgeCode.bodyTooLarge, "The body has 2, and may have 1."],
    [EdgeCode.urlTooLong, "The URL has 2, and may have 1."],
    [EdgeCode.headersTooLarge, "The header fields have 2, and may have 1."],
    [EdgeCode.unsupportedMediaType, "The body is of the media type 2; this request takes 1."],
    [AuthCode.scopeMissing, "This needs the scope 1; the key has 2."],
  ] as const;
  for (const [code, sentence] of sentences) {
    assert.equal(detailOf(code, { limit: "1", value: "2" }), sentence);
  }
  assert.equal(
    detailOf(AuthCode.scopeMissing, { limit: "admin", value: "" }),
    "This needs the scope admin; the key has none.",
  );
  assert.equal(
    detailOf(ResultCode.quantityZero, { field: "amount", limit: "0.01", value: "0" }),
    "The amount 0 is below the least, 0.01.",
  );
  assert.equal(detailOf(ResultCode.halted, { value: "BTC-USD" }), "Trading in BTC-USD is halted.");
  assert.equal(
    detailOf(ResultCode.unknownInstrument, { value: "BTC-USD" }),
    "The matching engine does not know BTC-USD.",
  );
});

Deno.test("without a value the title is all there is to say, and a handler's own sentence comes first", () => {
  assert.equal(detailOf(ResultCode.priceTooHigh, {}), "The price is too high.");
  assert.equal(detailOf(ResultCode.priceTooHigh, { limit: "1" }), "The price is too high.");
  assert.equal(
    detailOf(EdgeCode.malformedJson, { limit: "1", value: "2" }),
    "The body is not JSON.",
  );
  const own = { detail: "So it is.", limit: "1", value: "2" };
  assert.equal(detailOf(ResultCode.priceTooHigh, own), "So it is.");
});

Deno.test("a sentence has the value as it is shown, cut where it is long", () => {
  const value = "9".repeat(1_000);
  const detail = detailOf(EdgeCode.priceOffTick, { limit: "0.01", value });
  assert.equal(detail, `The price ${"9".repeat(64)}… is not a multiple of the tick, 0.01.`);
});
