import assert from "node:assert/strict";
import fc from "fast-check";
import { ASSETS_MAX, Balances } from "../../../core/ledger/balances.ts";

const accounts = fc.oneof(fc.nat(6), fc.nat(2 ** 20 - 1));
const assets = fc.oneof(
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: ASSETS_MAX - 1 }),
);
const pairs = fc.tuple(accounts, assets);

Deno.test("a balance is found again, as a Map would find it, through every growth", () => {
  const opened = fc.array(pairs, { maxLength: 150, size: "max" });
  fc.assert(
    fc.property(
      opened,
      fc.array(pairs),
      fc.constantFrom(1, 2, 16),
      (sequence, probes, capacity) => {
        const balances = new Balances(capacity);
        const model = new Map<string, number>();
        for (const [account, asset] of sequence) {
          if (balances.freeCount === 0) balances.grow();
          const slot = balances.open(account, asset);
          const known = model.get(`${account}/${asset}`);
          if (known === undefined) {
            assert.equal(slot, model.size + 1, "a new balance takes the next slot");
            assert.equal(balances.availableOf(slot) + balances.heldOf(slot), 0);
            balances.addAvailable(slot, account + asset);
          } else assert.equal(slot, known);
          model.set(`${account}/${asset}`, slot);
          assert.equal(balances.accountOf(slot), account);
          assert.equal(balances.assetOf(slot), asset);
        }
        assert.equal(balances.count, model.size);
        for (const [account, asset] of [...probes, ...sequence]) {
          const slot = model.get(`${account}/${asset}`) ?? 0;
          assert.equal(balances.find(account, asset), slot);
          assert.equal(balances.availableOf(slot), slot === 0 ? 0 : account + asset);
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("growth doubles the free slots and loses no money", () => {
  const balances = new Balances(2);
  const slot = balances.open(5, 3);
  balances.addAvailable(slot, 700);
  balances.addHeld(slot, 300);
  balances.supply[3] = 1_000;
  balances.grow();
  assert.equal(balances.freeCount, 3);
  assert.equal(balances.find(5, 3), slot);
  const money = [balances.availableOf(slot), balances.heldOf(slot), balances.supply[3]];
  assert.deepEqual(money, [700, 300, 1_000]);
});
