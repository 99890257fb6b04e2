/**
 * Batches at random, plain ones and others, for tests that hold the two ways of a batch against each
 * other.
 *
 * @module
 */
import fc from "fast-check";

/** An item as a client may write it. */
export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const clientOrderId = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map(String),
  fc.constantFrom("9007199254740991", "9007199254740992", "007", "a.b/c:d_-", ".x", "z".repeat(36)),
);
const price = fc.oneof(
  fc.integer({ min: 4_999_990, max: 5_000_010 }).map((ticks) => (ticks / 100).toFixed(2)),
  fc.constantFrom("50000", "50000.0", "50000.100", "1000000.00"),
);
const quantity = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((lots) => (lots / 1_000).toFixed(3)),
  fc.constantFrom("1", "0.5", "900.0000"),
);

const limit = fc.record({
  symbol: fc.constant("BTC-USD"),
  side: fc.constantFrom("buy", "sell"),
  type: fc.constant("limit"),
  price,
  quantity,
  timeInForce: fc.constantFrom("GTC", "IOC", "FOK"),
  selfTradePrevention: fc.constantFrom(
    "none",
    "expire_taker",
    "expire_maker",
    "expire_both",
    "decrement",
    "transfer",
  ),
  clientOrderId,
}, { requiredKeys: ["symbol", "side", "type", "price", "quantity"] });
const postOnly = fc.record({
  postOnly: fc.boolean(),
  quantity,
  price,
  side: fc.constantFrom("buy", "sell"),
  symbol: fc.constant("BTC-USD"),
  clientOrderId,
  type: fc.constant("limit"),
}, { requiredKeys: ["symbol", "side", "type", "price", "quantity", "postOnly"] });
const marketOrder = fc.record({
  symbol: fc.constant("BTC-USD"),
  side: fc.constantFrom("buy", "sell"),
  type: fc.constant("market"),
  quantity,
  price,
  timeInForce: fc.constantFrom("IOC", "FOK"),
}, { requiredKeys: ["symbol", "side", "type", "quantity"] });

const ether = fc.record({
  type: fc.constant("limit"),
  quantity: fc.constantFrom("0.001", "1.500"),
  price: fc.constantFrom("0.99", "1", "1.01"),
  side: fc.constantFrom("buy", "sell"),
  symbol: fc.constant("ETH-USD"),
});

/** A plain item. */
export const plainItem: fc.Arbitrary<Item> = fc.oneof(
  { weight: 4, arbitrary: limit.map((place) => ({ place })) },
  postOnly.map((place) => ({ place })),
  marketOrder.map((place) => ({ place })),
  ether.map((place) => ({ place })),
  { weight: 2, arbitrary: clientOrderId.map((id) => ({ cancel: { clientOrderId: id } })) },
  fc.integer({ min: 1, max: 60 }).map((id) => ({ cancel: { orderId: String(id) } })),
);

/** Plain items of one batch. */
export const plainItems: fc.Arbitrary<readonly Item[]> = fc.array(plainItem, {
  minLength: 1,
  maxLength: 12,
});

/** The same JSON with a letter as an escape: the batch is read as any other body is. */
export function escaped(body: string): string {
  return body.replace('"items"', '"\\u0069tems"');
}
