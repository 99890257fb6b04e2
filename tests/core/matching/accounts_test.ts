import assert from "node:assert/strict";
import fc from "fast-check";
import { ORDER_INTEGERS, OrderField, OrderPool } from "../../../core/book/order_pool.ts";
import { Accounts, AccountStatus } from "../../../core/matching/accounts.ts";

Deno.test("an account lists its open orders, the youngest first, whatever goes when", () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }), fc.nat()), {
    maxLength: 120,
    size: "max",
  });
  fc.assert(fc.property(steps, (sequence) => {
    const pool = new OrderPool(256);
    const accounts = new Accounts(pool, 1);
    for (let account = 0; account <= 4; account++) {
      accounts.setStatus(account, AccountStatus.enabled);
    }
    const open = new Map<number, number[]>();
    for (const [add, account, which] of sequence) {
      const slots = open.get(account) ?? [];
      if (add) {
        const slot = pool.take();
        pool.integers[slot * ORDER_INTEGERS + OrderField.account] = account;
        accounts.addOpen(slot);
        open.set(account, [slot, ...slots]);
      } else if (slots.length > 0) {
        const [slot] = slots.splice(which % slots.length, 1);
        accounts.removeOpen(slot);
        pool.release(slot);
      }
      for (const [one, expected] of open) {
        const listed: number[] = [];
        let slot = accounts.firstOpen(one);
        while (slot !== 0) {
          listed.push(slot);
          slot = pool.integers[slot * ORDER_INTEGERS + OrderField.accountNext];
        }
        assert.deepEqual(listed, expected);
        assert.equal(accounts.openCount(one), expected.length);
      }
    }
  }));
});

Deno.test("statuses, lists and counts survive growth, and unknown accounts are unknown", () => {
  const pool = new OrderPool(4);
  const accounts = new Accounts(pool, 2);
  accounts.setStatus(1, AccountStatus.enabled);
  const slot = pool.take();
  pool.integers[slot * ORDER_INTEGERS + OrderField.account] = 1;
  accounts.addOpen(slot);
  accounts.addOutcomes(1, 5);
  accounts.setTradeGroup(1, 2 ** 32 - 2);
  accounts.setStatus(1_000, AccountStatus.disabled);
  assert.equal(accounts.last, 1_000);
  assert.equal(accounts.status(1), AccountStatus.enabled);
  assert.equal(accounts.status(1_000), AccountStatus.disabled);
  for (const account of [0, 2, 999, 1_001, 2 ** 32 - 1]) {
    assert.equal(accounts.status(account), AccountStatus.unknown, `account ${account}`);
  }
  assert.equal(accounts.firstOpen(1), slot);
  assert.deepEqual([accounts.tradeGroup(1), accounts.tradeGroup(1_000)], [2 ** 32 - 2, 0]);
  assert.deepEqual([accounts.openCount(1), accounts.outcomeCount(1)], [1, 5]);
  assert.deepEqual([accounts.openCount(1_000), accounts.outcomeCount(1_000)], [0, 0]);
});

Deno.test("one owner: an account and itself, and accounts of one trade group", () => {
  const accounts = new Accounts(new OrderPool(4), 8);
  for (let account = 1; account <= 4; account++) {
    accounts.setStatus(account, AccountStatus.enabled);
  }
  accounts.setTradeGroup(1, 7);
  accounts.setTradeGroup(2, 7);
  accounts.setTradeGroup(3, 8);
  const isOneOwner = (account: number, other: number) =>
    accounts.isOneOwner(account, accounts.tradeGroup(account), other);
  assert.ok(isOneOwner(1, 2) && isOneOwner(2, 1) && isOneOwner(4, 4));
  assert.ok(!isOneOwner(1, 3) && !isOneOwner(1, 4) && !isOneOwner(4, 1) && !isOneOwner(4, 0));
  accounts.setTradeGroup(2, 0);
  assert.ok(!isOneOwner(1, 2) && !isOneOwner(2, 4));
});
