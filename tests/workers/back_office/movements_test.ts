import assert from "node:assert/strict";
import { Movements, SumTooLargeError } from "../../../workers/back_office/movements.ts";
import { EventSource } from "../../core/history/event_source.ts";
import { deposit, setAccount } from "../../support/commands.ts";

const USD = 3;
const MOST = 2n ** 63n - 1n;

Deno.test("both sides of a trade and the venue add up to nothing", () => {
  const source = new EventSource();
  source.open();
  const movements = new Movements(source.state);
  const shared = { baseAsset: 1, quoteAsset: USD, base: 500n, quote: 70n };
  movements.execute({ ...shared, account: 1, side: 0, fee: 3n });
  movements.execute({ ...shared, account: 2, side: 1, fee: 2n });
  const changeOf = (account: number, asset: number) =>
    movements.changeOf(source.state.balances.find(account, asset));
  assert.deepEqual([changeOf(1, 1), changeOf(1, USD)], [500n, -73n]);
  assert.deepEqual([changeOf(2, 1), changeOf(2, USD)], [-500n, 68n]);
  assert.equal(changeOf(0, USD), 5n);
});

Deno.test("balances that are opened meanwhile have room", () => {
  const source = new EventSource();
  source.open();
  const movements = new Movements(source.state);
  movements.add(1, USD, "deposits", 5n);
  for (let account = 6; account < 200; account++) {
    source.append([setAccount(account), deposit(account, USD, account)]);
    movements.add(account, USD, "deposits", BigInt(account));
  }
  const { balances } = source.state;
  assert.equal(movements.of(balances.find(1, USD), "deposits"), 5n);
  assert.equal(movements.of(balances.find(199, USD), "deposits"), 199n);
  assert.equal(movements.of(10 ** 6, "deposits"), 0n);
});

Deno.test("a sum that does not fit is an error and not another sum", () => {
  const source = new EventSource();
  source.open();
  const movements = new Movements(source.state);
  movements.add(1, USD, "bought", MOST);
  assert.throws(() => movements.add(1, USD, "bought", 1n), (error) => {
    assert.ok(error instanceof SumTooLargeError);
    return error.message ===
      "bought of account 1, asset 3: 9223372036854775808 does not fit 64 bits";
  });
});
