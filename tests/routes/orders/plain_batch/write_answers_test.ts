/**
 * What a plain batch is answered, beside what the same commands are answered by way of JSON.
 *
 * @module
 */

import fc from "fast-check";
import assert from "node:assert/strict";
import type { CommandReport } from "../../../../core/protocol/command_report.ts";
import { EventKind } from "../../../../core/protocol/event_record.ts";
import { isPlain } from "../../../../routes/orders/plain_batch/write_answers.ts";
import { START_MICROS } from "../../memory_exchange.ts";
import { TestGateway } from "../../test_gateway.ts";
import { escaped, type Item, plainItems } from "./plain_batches.ts";

const PATH = "/v1/orders/batch";

async function sendText(
  gateway: TestGateway,
  account: number,
  body: string,
  name: string,
  prefer = "return=representation",
) {
  gateway.nowMicros += 1_000;
  const { text } = await gateway.signed(account, "POST", PATH, {
    body,
    idempotencyKey: name,
    headers: { "X-Request-Id": "same", Prefer: prefer },
  });
  return text;
}

/** There each command is an append of its own, with its own time. */
const atOneTime = (text: string) => text.replaceAll(/"transactTimeMicros":\d{16}/g, '"time"');

/** Both ways, one batch after the other. @returns the answers of the straight way */
async function bothWays(
  batches: readonly (readonly Item[])[],
  prepare: (gateway: TestGateway) => void = () => {},
  prefer?: string,
): Promise<string[]> {
  const gateways = [new TestGateway(), new TestGateway()];
  gateways.forEach(prepare);
  const answers = [];
  for (const items of batches) {
    const body = JSON.stringify({ items });
    // The same items again are the same request.
    const first = batches.indexOf(items);
    const account = 1 + first % 3;
    const name = `batch-${first}`;
    const straight = await sendText(gateways[0], account, body, name, prefer);
    const other = await sendText(gateways[1], account, escaped(body), name, prefer);
    assert.equal(atOneTime(straight), atOneTime(other));
    answers.push(straight);
  }
  const [direct, other] = gateways.map(({ exchange }) => exchange);
  assert.ok(direct.frames.length === batches.length || direct.trouble !== "none");
  assert.equal(other.frames.length, 0, "it took the other way");
  return answers;
}

const WORDS = /"(status|reason|code|liquidity|duplicate|leavesQuantity|executedNotional)":"?\w+/g;

/** Holds the two ways against each other on random batches. */
async function compareWays(prefer: string, more: readonly string[]): Promise<void> {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(plainItems, { minLength: 1, maxLength: 4 }), async (batches) => {
      for (const text of await bothWays([...batches, batches[0]], undefined, prefer)) {
        for (const [word] of text.matchAll(WORDS)) seen.add(word);
      }
    }),
    { numRuns: 60 },
  );
  const expected = ["new", "partially_filled", "filled", "canceled", "expired"]
    .map((status) => `"status":"${status}`);
  for (const word of [...expected, '"status":404', '"status":422', '"duplicate":true', ...more]) {
    const all = [...seen];
    const isSeen = all.some((one) => one.startsWith(word));
    assert.ok(isSeen, `no answer had ${word}: ${all.sort().join(" ")}`);
  }
}

Deno.test("the answers are those of the other way, character by character", () =>
  compareWays("return=representation", ['"liquidity":"taker']));

Deno.test("so are those of who wants to be told no more than he needs", () =>
  compareWays("return=minimal", ['"executedNotional":"', '"reason":"']));

const place = (changes: object = {}) => ({
  place: {
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    price: "50000.00",
    quantity: "0.5000",
    ...changes,
  },
});

Deno.test("the time of a command is that of its append", async () => {
  const items = [place()];
  const [straight, other] = [new TestGateway(), new TestGateway()];
  const text = await sendText(straight, 1, JSON.stringify({ items }), "one");
  assert.equal(text, await sendText(other, 1, escaped(JSON.stringify({ items })), "one"));
  assert.ok(text.includes(`"transactTimeMicros":${START_MICROS + 2_000},`), text);
});

Deno.test("a repeated batch is answered with the first outcomes by either way", async () => {
  const items = [place(), place({ side: "sell" }), { cancel: { orderId: "1" } }];
  const [first, , again] = await bothWays([items, [place()], items]);
  assert.equal(first.split('"duplicate":false').length - 1, 3);
  assert.equal(again.split('"duplicate":true').length - 1, 3);
});

for (const trouble of ["silent", "overloaded", "broker", "leader"] as const) {
  Deno.test(`what is said of commands while there is trouble (${trouble}) is the same`, async () => {
    const items = [place(), { cancel: { clientOrderId: "mine" } }, { cancel: { orderId: "5" } }];
    await bothWays([items], ({ exchange }) => exchange.trouble = trouble);
  });
}

Deno.test("an instrument that the gateway does not know yet has no symbol in the answer", async () => {
  const answers = await bothWays([[place(), { cancel: { orderId: "1" } }]], ({ exchange }) => {
    const { reference } = exchange;
    const byNumber = reference.byNumber.bind(reference);
    reference.byNumber = (number) => number === 1 ? undefined : byNumber(number);
  });
  assert.match(answers[0], /"symbol":null/);
});

Deno.test("a plain batch takes no parameters", async () => {
  const body = JSON.stringify({ items: [place()] });
  const { status, body: problem } = await new TestGateway().signed(1, "POST", `${PATH}?x=1`, {
    body,
  });
  assert.deepEqual([status, problem.field], [400, "x"]);
});

Deno.test("an order whose fills had no room in its report is told by history", () => {
  const { reference } = new TestGateway().exchange;
  const report = { kind: EventKind.accepted, instrument: 1, fillsComplete: true } as CommandReport;
  assert.ok(isPlain(report, reference));
  assert.ok(isPlain({ ...report, kind: EventKind.canceled }, reference));
  assert.ok(!isPlain({ ...report, fillsComplete: false }, reference));
  assert.ok(!isPlain({ ...report, kind: EventKind.summary }, reference));
  assert.ok(!isPlain({ ...report, kind: EventKind.rejected }, reference));
});
