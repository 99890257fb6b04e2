import assert from "node:assert/strict";
import {
  CHECKPOINT_OPERATIONS,
  type Flow,
  FLOWS,
  OperationKind,
  totalsAfter,
} from "../../bench/matching/flow.ts";
import { makeFlow } from "../../bench/matching/flow_maker.ts";
import { Side } from "../../core/protocol/order_record.ts";

const SMALL = FLOWS.map((shape) => ({
  ...shape,
  liveOrders: Math.min(shape.liveOrders, 2_000),
  operations: 20_000,
}));

/** Share of the measured operations that are of a kind. */
function shareOf(flow: Flow, kind: number): number {
  const measured = flow.kinds.subarray(flow.openingCount);
  return measured.filter((one) => one === kind).length / measured.length;
}

for (const shape of SMALL) {
  Deno.test(`flow "${shape.name}": the same every time`, () => {
    const one = makeFlow(shape);
    const other = makeFlow(shape);
    assert.deepEqual(one.kinds, other.kinds);
    assert.deepEqual(one.priceTicks, other.priceTicks);
    assert.deepEqual(one.checkpoints, other.checkpoints);
    assert.equal(one.checkpoints.length, shape.operations / CHECKPOINT_OPERATIONS + 1);
  });

  Deno.test(`flow "${shape.name}": has the shares that its shape says`, () => {
    const flow = makeFlow(shape);
    const cancels = shareOf(flow, OperationKind.cancel);
    const aggressive = shareOf(flow, OperationKind.aggressive);
    assert.ok(Math.abs(cancels - shape.cancelShare) < 0.02, `cancels ${cancels}`);
    const amends = shareOf(flow, OperationKind.amend);
    assert.ok(Math.abs(amends - shape.amendShare) < 0.01, `amends ${amends}`);
    assert.ok(Math.abs(aggressive - shape.aggressiveShare) < 0.02, `aggressive ${aggressive}`);
    assert.equal(totalsAfter(flow, 0).trades, 0);
  });

  Deno.test(`flow "${shape.name}": no order is canceled twice or before it came`, () => {
    const flow = makeFlow(shape);
    const placed = new Set<number>();
    const canceled = new Set<number>();
    for (let at = 0; at < flow.count; at++) {
      const order = flow.orders[at];
      const kind = flow.kinds[at];
      if (kind === OperationKind.amend) assert.ok(placed.has(order) && !canceled.has(order));
      else if (kind !== OperationKind.cancel) placed.add(order);
      else {
        assert.ok(placed.has(order) && !canceled.has(order), `operation ${at}`);
        canceled.add(order);
      }
    }
    assert.equal(placed.size, flow.orderCount);
  });

  Deno.test(`flow "${shape.name}": an account only buys or only sells`, () => {
    const flow = makeFlow(shape);
    for (let at = 0; at < flow.count; at++) {
      const buys = flow.accounts[at] % 2 === 1;
      assert.equal(flow.sides[at], buys ? Side.buy : Side.sell, `operation ${at}`);
      assert.ok(flow.accounts[at] >= 1 && flow.accounts[at] <= shape.accounts);
    }
  });
}

Deno.test("a part of a flow that has no checkpoint is refused", () => {
  assert.throws(() => totalsAfter(makeFlow(SMALL[0]), CHECKPOINT_OPERATIONS / 2), /multiple/);
});
