import assert from "node:assert/strict";
import * as v from "valibot";
import { encodeCursor, PageKind } from "../../../routes/cursor.ts";
import { LedgerSchema, ReportsSchema } from "../../../routes/schema/ledger.ts";
import { deposit, transfer, withdraw } from "../../support/commands.ts";
import { TestGateway } from "../test_gateway.ts";

const USD = 3;

Deno.test("movements of money come newest first, with what was left behind each", async () => {
  const gateway = new TestGateway();
  gateway.exchange.operate([
    deposit(1, USD, 2_500_000),
    withdraw(1, USD, 1_000_000),
    transfer(1, 2, USD, 500_000),
    transfer(2, 1, USD, 250_000),
  ]);
  await gateway.place(1);
  const { status, body } = await gateway.signed(1, "GET", "/v1/ledger?limit=4");
  assert.equal(status, 200);
  assert.ok(v.is(LedgerSchema, body));
  const rows = body.items.map(({ direction, asset, amount, total }) => [
    direction,
    asset,
    amount,
    total,
  ]);
  assert.deepEqual(rows, [
    ["transfer_in", "USD", "0.250000", "100000001.250000"],
    ["transfer_out", "USD", "0.500000", "100000001.000000"],
    ["withdrawal", "USD", "1.000000", "100000001.500000"],
    ["deposit", "USD", "2.500000", "100000002.500000"],
  ]);
  const rest = await gateway.signed(1, "GET", `/v1/ledger?cursor=${body.nextCursor}`);
  const opening = rest.body.items.map(({ asset }: { asset: string }) => asset);
  assert.deepEqual(opening, ["USD", "ETH", "BTC"]);
  assert.equal(rest.body.nextCursor, null);
});

Deno.test("deposits, withdrawals and transfers have lists of their own, in pages", async () => {
  const gateway = new TestGateway();
  gateway.exchange.operate([
    deposit(1, USD, 2_500_000),
    transfer(1, 2, USD, 500_000),
    withdraw(1, USD, 1_000_000),
    transfer(2, 1, USD, 250_000),
    withdraw(1, USD, 3_000_000),
  ]);
  const pages = async (path: string) => {
    const amounts: string[] = [];
    let query = "?limit=1";
    for (let count = 0; count < 9; count++) {
      const { status, body } = await gateway.signed(1, "GET", `${path}${query}`);
      assert.equal(status, 200);
      assert.ok(v.is(LedgerSchema, body));
      amounts.push(...body.items.map(({ amount, direction }) => `${direction} ${amount}`));
      if (body.nextCursor === null) break;
      query = `?limit=1&cursor=${body.nextCursor}`;
    }
    return amounts;
  };
  assert.deepEqual(await pages("/v1/transfers"), ["transfer_in 0.250000", "transfer_out 0.500000"]);
  assert.deepEqual(await pages("/v1/withdrawals"), ["withdrawal 3.000000", "withdrawal 1.000000"]);
  assert.equal((await pages("/v1/deposits"))[0], "deposit 2.500000");
  const other = await gateway.signed(2, "GET", "/v1/transfers");
  const directions = other.body.items.map(({ direction }: { direction: string }) => direction);
  assert.deepEqual(directions, ["transfer_out", "transfer_in"]);
  const cursor = encodeCursor(PageKind.ledger, 3);
  for (const path of ["transfers", "deposits", "withdrawals"]) {
    const { body } = await gateway.signed(1, "GET", `/v1/${path}?cursor=${cursor}`);
    assert.equal(body.code, "invalid_parameter", path);
  }
});

Deno.test("reports come oldest first behind the one that is known", async () => {
  const gateway = new TestGateway();
  const placed = await gateway.place(1);
  const all = await gateway.signed(1, "GET", "/v1/reports");
  assert.equal(all.status, 200);
  assert.ok(v.is(ReportsSchema, all.body));
  const sequences = all.body.reports.map(({ sequence }) => sequence);
  assert.deepEqual(sequences, [1, 2, 3, 4]);
  assert.equal(all.body.lastReportSequence, "4");
  assert.equal(all.body.reports.at(-1)?.orderId, placed.body.orderId);
  const two = await gateway.signed(1, "GET", "/v1/reports?afterSequence=1&limit=2");
  assert.deepEqual(two.body.reports, all.body.reports.slice(1, 3));
  assert.equal(two.body.lastReportSequence, "4");
  const none = await gateway.signed(1, "GET", "/v1/reports?afterSequence=4");
  assert.deepEqual([none.status, none.body.reports], [200, []]);
});

Deno.test("what happened before this request is in ledger and reports", async () => {
  const gateway = new TestGateway();
  for (const path of ["/v1/ledger", "/v1/reports"]) {
    await gateway.signed(1, "GET", path);
    const asked = gateway.exchange.queries.asked.at(-1) as { minSequence: number };
    assert.equal(asked.minSequence, gateway.exchange.state.events.sequence);
    const { body } = await gateway.signed(1, "GET", `${path}?minSequence=99999`);
    assert.equal(body.code, "behind");
  }
});

Deno.test("pages of other lists and numbers that are none are refused", async () => {
  const gateway = new TestGateway();
  const cases = [
    [`/v1/ledger?cursor=${encodeCursor(PageKind.fills, 3)}`, "cursor"],
    ["/v1/ledger?limit=501", "limit"],
    ["/v1/reports?limit=0", "limit"],
    ["/v1/reports?afterSequence=-1", "afterSequence"],
    ["/v1/reports?cursor=a", "cursor"],
  ];
  for (const [path, field] of cases) {
    const { status, body } = await gateway.signed(1, "GET", path);
    assert.deepEqual([path, status, body.field], [path, 400, field]);
  }
});

Deno.test("without history the answer is 503", async () => {
  const gateway = new TestGateway();
  gateway.exchange.queries.failures.set("history", "unreachable");
  for (const path of ["/v1/ledger", "/v1/reports"]) {
    const { status, body } = await gateway.signed(1, "GET", path);
    assert.deepEqual([status, body.code], [503, "history_unavailable"]);
  }
});
