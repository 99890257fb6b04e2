import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";

const SELL = { side: "sell", price: "50000.00", quantity: "0.1000" };

Deno.test("fills come newest first, of one's own side", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(2, SELL);
  await gateway.place(3, SELL);
  const { status, body } = await gateway.signed(1, "GET", "/v1/fills");
  assert.equal(status, 200);
  assert.equal(body.nextCursor, null);
  const { timeMicros, sequence, ...fill } = body.items[1];
  assert.deepEqual(fill, {
    orderId: "1",
    symbol: "BTC-USD",
    side: "buy",
    tradeId: "1",
    price: "50000.00",
    quantity: "0.1000",
    fee: "0.500000",
    feeAsset: "USD",
    liquidity: "maker",
  });
  assert.equal(typeof timeMicros, "number");
  assert.match(sequence, /^\d+$/);
  const taken = await gateway.signed(2, "GET", "/v1/fills");
  assert.deepEqual([taken.body.items.length, taken.body.items[0].liquidity], [1, "taker"]);
});

Deno.test("fills are paged, and may be those of one order or instrument", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  for (let count = 0; count < 3; count++) await gateway.place(2, SELL);
  const pageOf = async (query: string) => {
    const { body } = await gateway.signed(1, "GET", `/v1/fills?${query}`);
    return [body.items.map((item: { tradeId: string }) => item.tradeId), body.nextCursor];
  };
  const [first, cursor] = await pageOf("limit=2");
  assert.deepEqual(first, ["3", "2"]);
  assert.deepEqual(await pageOf(`limit=2&cursor=${cursor}`), [["1"], null]);
  assert.deepEqual(await pageOf("orderId=1&limit=10"), [["3", "2", "1"], null]);
  assert.deepEqual(await pageOf("orderId=2"), [[], null]);
  assert.deepEqual(await pageOf("symbol=ETH-USD"), [[], null]);
  const refused = await gateway.signed(1, "GET", "/v1/fills?orderId=0");
  assert.deepEqual([refused.status, refused.body.field], [400, "orderId"]);
});
