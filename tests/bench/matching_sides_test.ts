import assert from "node:assert/strict";
import { bookAlone } from "../../bench/matching/book_alone.ts";
import { compare } from "../../bench/matching/compare.ts";
import type { Contender } from "../../bench/matching/contender.ts";
import { engine, expiringEngine } from "../../bench/matching/engine_contender.ts";
import { FLOWS } from "../../bench/matching/flow.ts";
import { makeFlow } from "../../bench/matching/flow_maker.ts";
import { allPeers } from "../../bench/matching/peers.ts";

const OPERATIONS = 2_000;
const silent = (): void => {};

for (const shape of FLOWS) {
  const small = {
    ...shape,
    instruments: Math.min(shape.instruments, 5),
    liveOrders: Math.min(shape.liveOrders, 500),
    operations: OPERATIONS,
  };
  const contenders = [
    engine,
    expiringEngine,
    bookAlone,
    ...allPeers(small).map(({ contender }) => contender),
  ];
  for (const contender of contenders) {
    Deno.test(`${contender.name} trades on the flow "${shape.name}" as it must`, () => {
      const entries = [{ contender, operations: OPERATIONS, rounds: 1 }];
      const [{ perSecond }] = compare(makeFlow(small), entries, silent);
      assert.equal(perSecond.length, 1);
    });
  }
}

Deno.test("a side that trades otherwise fails the bench", () => {
  const idle: Contender = { name: "idle", load: () => ({ open: () => ({ apply: silent }) }) };
  const flow = makeFlow({ ...FLOWS[0], liveOrders: 100, operations: OPERATIONS });
  const entries = [{ contender: idle, operations: OPERATIONS, rounds: 1 }];
  assert.throws(() => compare(flow, entries, silent), /idle trades otherwise/);
});
