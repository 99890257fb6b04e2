import assert from "node:assert/strict";
import * as v from "valibot";
import { TransferredSchema } from "../../../routes/schema/transfers.ts";
import { deposit, setAccount } from "../../support/commands.ts";
import { TestGateway } from "../test_gateway.ts";

const BODY = { transferId: "t-1", toAccount: "2", asset: "USD", amount: "250.5" };

/** A gateway whose accounts 1 and 2 have one owner. */
function gatewayWithOwner(): TestGateway {
  const gateway = new TestGateway();
  gateway.exchange.operate([setAccount(1, true, 7), setAccount(2, true, 7)]);
  return gateway;
}

const transfer = (gateway: TestGateway, changes: object = {}, account = 1) =>
  gateway.signed(account, "POST", "/v1/transfers", { body: { ...BODY, ...changes } });

async function usdOf(gateway: TestGateway, account: number): Promise<string> {
  const { body } = await gateway.signed(account, "GET", "/v1/balances");
  return body.balances.find((one: { asset: string }) => one.asset === "USD").total;
}

Deno.test("money goes from one account of an owner to another", async () => {
  const gateway = gatewayWithOwner();
  const { status, body } = await transfer(gateway);
  assert.equal(status, 201);
  assert.ok(v.is(TransferredSchema, body));
  const { sequence: _, transactTimeMicros: __, ...rest } = body;
  assert.deepEqual(rest, {
    transferId: "t-1",
    fromAccount: "1",
    toAccount: "2",
    asset: "USD",
    amount: "250.500000",
    duplicate: false,
  });
  assert.equal(await usdOf(gateway, 1), "99999749.500000");
  assert.equal(await usdOf(gateway, 2), "100000250.500000");
});

Deno.test("a transfer id names one transfer", async () => {
  const gateway = gatewayWithOwner();
  const first = await transfer(gateway);
  const again = await transfer(gateway);
  assert.deepEqual([again.status, again.body.duplicate], [200, true]);
  assert.equal(again.body.sequence, first.body.sequence);
  const other = await transfer(gateway, { amount: "1" });
  assert.deepEqual([other.status, other.body.code], [409, "different_content"]);
  assert.equal(await usdOf(gateway, 2), "100000250.500000");
  const back = await transfer(gateway, { toAccount: "1" }, 2);
  assert.equal(back.status, 201, "another account's id is another transfer");
});

Deno.test("money stays with its owner", async () => {
  const gateway = gatewayWithOwner();
  const stranger = await transfer(gateway, { toAccount: "3" });
  assert.deepEqual([stranger.status, stranger.body.code], [422, "not_one_owner"]);
  assert.equal(stranger.body.field, undefined, "nothing is wrong with the amount");
  const fromStranger = await transfer(gateway, {}, 3);
  assert.equal(fromStranger.body.code, "not_one_owner");
  const self = await transfer(gateway, { transferId: "self", toAccount: "1" });
  assert.equal(self.body.code, "account_invalid");
  const unknown = await transfer(gateway, { transferId: "unknown", toAccount: "9" });
  assert.equal(unknown.body.code, "unknown_account");
  gateway.exchange.operate([setAccount(2, false, 7)]);
  const disabled = await transfer(gateway, { transferId: "disabled" });
  assert.equal(disabled.body.code, "account_disabled");
  assert.equal(await usdOf(gateway, 1), "100000000.000000");
});

Deno.test("two accounts without a group have no owner in common", async () => {
  const gateway = new TestGateway();
  assert.equal((await transfer(gateway)).body.code, "not_one_owner");
});

Deno.test("what is no transfer is refused", async () => {
  const gateway = gatewayWithOwner();
  const cases = [
    [{ amount: "0" }, "invalid_field"],
    [{ amount: "0.0000001" }, "invalid_field"],
    [{ amount: 5 }, "invalid_decimal"],
    [{ amount: "-5" }, "invalid_decimal"],
    [{ asset: "DOGE" }, "invalid_field"],
    [{ toAccount: 2 }, "invalid_field"],
    [{ transferId: "" }, "invalid_field"],
    [{ fromAccount: "3" }, "unknown_field"],
  ] as const;
  for (const [changes, code] of cases) {
    const { body } = await transfer(gateway, changes);
    assert.deepEqual([changes, body.code], [changes, code]);
  }
});

Deno.test("a transfer of more than there is says how much there is, and stays refused", async () => {
  const gateway = gatewayWithOwner();
  const much = { transferId: "much", amount: "100000001" };
  const { status, body } = await transfer(gateway, much);
  assert.deepEqual([status, body.code, body.field], [422, "insufficient_funds", "amount"]);
  assert.deepEqual([body.limit, body.value], ["100000000.000000", "100000001.000000"]);
  gateway.exchange.operate([deposit(1, 3, 5_000_000)]);
  assert.equal((await transfer(gateway, much)).body.code, "insufficient_funds");
  assert.equal((await transfer(gateway, { ...much, transferId: "much-2" })).status, 201);
});
