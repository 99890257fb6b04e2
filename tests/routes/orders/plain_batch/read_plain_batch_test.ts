/**
 * What a batch is read to, straight and by way of JSON.
 *
 * @module
 */

import fc from "fast-check";
import assert from "node:assert/strict";
import { Batcher } from "../../../../core/batcher/batcher.ts";
import { FRAME_HEADER_BYTES } from "../../../../core/protocol/frame.ts";
import { OrderWord } from "../../../../core/protocol/order_record.ts";
import { ReportWaiters } from "../../../../infra/orders/report_waiters.ts";
import { writeBatch } from "../../../../infra/orders/write_batch.ts";
import { writeRecords } from "../../../../infra/orders/write_records.ts";
import type { Exchange } from "../../../../routes/exchange.ts";
import { parseBatch, readItem } from "../../../../routes/orders/batch_request.ts";
import { itemSenders } from "../../../../routes/orders/command_group.ts";
import { prepareCancel } from "../../../../routes/orders/order_cancels.ts";
import { requestKeyOfItems, type Sender } from "../../../../routes/orders/order_command.ts";
import { prepareBatchedOrder } from "../../../../routes/orders/orders.ts";
import { readPlainBatch } from "../../../../routes/orders/plain_batch/read_plain_batch.ts";
import { Problem } from "../../../../routes/problems/problem.ts";
import { MemoryExchange } from "../../memory_exchange.ts";
import { escaped, plainItems } from "./plain_batches.ts";

const exchange = new MemoryExchange();
const { reference } = exchange;
const sender: Sender = {
  account: 3,
  keyId: "key",
  deadlineMicros: 1_700_000_000_000_000,
  signature: "5e".repeat(32),
  idempotencyKey: null,
  isNameVouchedFor: true,
};

function frames() {
  return { batcher: new Batcher(7), waiters: new ReportWaiters(), nowMicros: 1, waitMillis: 1_000 };
}

const messageOf = ({ batcher }: ReturnType<typeof frames>) => batcher.next(1_000)?.message;

/** What goes out for a body that is read straight; `null` where it is not plain. */
function straight(body: string): Uint8Array | null {
  const batch = readPlainBatch(body, reference);
  if (batch === null) return null;
  const { wire, textAt, count, cancels } = batch;
  const { account, deadlineMicros } = sender;
  const key = requestKeyOfItems(sender);
  const writing = frames();
  writeRecords(writing, { wire, textAt, count, cancels, account, deadlineMicros, key });
  return messageOf(writing) ?? null;
}

/** What goes out for it by way of JSON; `null` where something of it is refused. */
function byWayOfJson(body: string): Uint8Array | null {
  const items = parseBatch(body);
  if (items instanceof Problem) return null;
  const senderOf = itemSenders(sender);
  const about = { backend: { reference } } as unknown as Exchange;
  const commands = [];
  for (const [index, raw] of items.entries()) {
    const item = raw instanceof Problem ? raw : readItem(raw);
    if (item instanceof Problem || item.kind === "amend") return null;
    const prepared = item.kind === "place"
      ? prepareBatchedOrder(about, item.order, senderOf(index))
      : prepareCancel(about, item.named, senderOf(index));
    if (prepared instanceof Problem) return null;
    commands.push(prepared.command);
  }
  const writing = frames();
  writeBatch(writing, commands, null);
  return messageOf(writing) ?? null;
}

Deno.test("a plain batch becomes the records that its JSON does, byte by byte", () => {
  fc.assert(fc.property(plainItems, fc.constantFrom(0, 2), (items, indent) => {
    const body = JSON.stringify({ items }, null, indent);
    const message = straight(body);
    assert.notEqual(message, null, "it is plain");
    assert.deepEqual(message, byWayOfJson(body));
    assert.equal(readPlainBatch(escaped(body), reference), null, "an escape is not plain");
  }));
});

Deno.test("what a byte was changed in is read straight only where its JSON says the same", () => {
  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom(...'{}[]",:\\ \n\t\u0000\u00e9\u0130\u2028019.-eEtfnux'),
  );
  let plain = 0;
  const property = fc.property(plainItems, fc.array(change, { maxLength: 3 }), (items, changes) => {
    let body = JSON.stringify({ items });
    for (const [at, character] of changes) {
      const from = at % body.length;
      body = body.slice(0, from) + character + body.slice(from + at % 2);
    }
    const message = straight(body);
    if (message === null) return;
    plain++;
    assert.deepEqual(message, byWayOfJson(body));
  });
  fc.assert(property, { numRuns: 3_000 });
  assert.ok(plain > 300, `${plain} of them were plain`);
});

const ORDER = { symbol: "BTC-USD", side: "buy", type: "limit", price: "5", quantity: "1" };
const placed = (changes: object) =>
  JSON.stringify({ items: [{ place: { ...ORDER, ...changes } }] });

const NOT_PLAIN: Readonly<Record<string, string>> = {
  "no items": '{"items":[]}',
  "no object": '["items"]',
  "another field": `{"items":[{"place":${JSON.stringify(ORDER)}}],"x":1}`,
  "two kinds of an item": '{"items":[{"cancel":{"orderId":"1"},"place":{}}]}',
  "an amend": '{"items":[{"amend":{"orderId":"1","price":"5"}}]}',
  "two ids": '{"items":[{"cancel":{"orderId":"1","clientOrderId":"2"}}]}',
  "the id of no order": '{"items":[{"cancel":{"orderId":"0"}}]}',
  "a name that no path has": placed({ clientOrderId: ".." }),
  "a name that is too long": placed({ clientOrderId: "a".repeat(37) }),
  "an empty name": placed({ clientOrderId: "" }),
  "a field twice": `{"items":[{"place":${JSON.stringify(ORDER).replace("{", '{"side":"sell",')}}]}`,
  "text behind it": `${placed({})} x`,
  "a comma behind the last item": '{"items":[{"cancel":{"orderId":"1"}},]}',
  "a budget": placed({ type: "market", quantity: undefined, quoteQuantity: "5", price: undefined }),
  "no quantity": placed({ quantity: undefined }),
  "no price": placed({ price: undefined }),
  "a market order that stays": placed({ type: "market", timeInForce: "GTC" }),
  "post-only that does not stay": placed({ postOnly: true, timeInForce: "IOC" }),
  "a number for a decimal": placed({ price: 5 }),
  "a price between ticks": placed({ price: "5.001" }),
  "a price of nothing": placed({ price: "0.00" }),
  "a price above the highest": placed({ price: "1000000.01" }),
  "a quantity between lots": placed({ quantity: "0.00005" }),
  "a symbol that is none": placed({ symbol: "BTC-USX" }),
  "a field that is unknown": placed({ note: "x" }),
};

for (const [what, body] of Object.entries(NOT_PLAIN)) {
  Deno.test(`not read straight: ${what}`, () => {
    assert.equal(readPlainBatch(body, reference), null);
    assert.notEqual(readPlainBatch(placed({}), reference), null, "the next one is");
  });
}

Deno.test("the most items there may be are read straight, and no more", () => {
  const body = (count: number) =>
    JSON.stringify({ items: Array.from({ length: count }, () => ({ cancel: { orderId: "1" } })) });
  assert.equal(readPlainBatch(body(100), reference)?.count, 100);
  assert.equal(readPlainBatch(body(100), reference)?.cancels, 100);
  assert.equal(readPlainBatch(body(101), reference), null);
});

Deno.test("an instrument is that of the gateway which reads, not of one that read before", () => {
  assert.notEqual(readPlainBatch(placed({}), reference), null);
  const other = new MemoryExchange().reference;
  const same = readPlainBatch(placed({}), {
    bySymbol: () => undefined,
    byNumber: (number) => other.byNumber(number),
  });
  assert.equal(same, null);
});

Deno.test("prices and quantities are whole steps of the instrument's tick and lot", () => {
  const instrument = reference.bySymbol("BTC-USD");
  assert.ok(instrument !== undefined);
  const coarse = { ...instrument, tickSize: 5, lotSize: 300 };
  const lookup = { bySymbol: () => coarse, byNumber: () => coarse };
  const read = (price: string, quantity: string) =>
    readPlainBatch(placed({ price, quantity }), lookup);
  assert.equal(read("5.01", "0.0300"), null);
  assert.equal(read("5.05", "0.0301"), null);
  const { words } = read("5.05", "0.0600")?.wire ?? {};
  assert.ok(words !== undefined);
  const at = FRAME_HEADER_BYTES / 4;
  assert.deepEqual([words[at + OrderWord.price], words[at + OrderWord.quantity]], [101, 2]);
});
