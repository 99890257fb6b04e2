import assert from "node:assert/strict";
import fc from "fast-check";
import { HOLD_BYTES } from "../../../core/market_data/outbound_window.ts";
import { REDUCED_BYTES, Shedding } from "../../../core/market_data/shedding.ts";

const ORDER = ["full", "merged", "reduced"];

Deno.test("shedding: depth is merged first, what comes again anyway goes next, and both come back", () => {
  const shedding = new Shedding();
  const looks: readonly (readonly [fill: number, bytes: number, detail: string])[] = [
    [0.89, 0, "full"],
    [0.9, 0, "merged"],
    [0.46, 0, "merged"],
    [0.44, HOLD_BYTES / 2, "merged"],
    [0.44, HOLD_BYTES / 2 - 1, "full"],
    [0, HOLD_BYTES - 1, "full"],
    [0, HOLD_BYTES, "merged"],
    [0, REDUCED_BYTES - 1, "merged"],
    [0, REDUCED_BYTES, "reduced"],
    [1, REDUCED_BYTES / 2, "reduced"],
    [0, REDUCED_BYTES / 2 - 1, "merged"],
    [0, 0, "full"],
    [1, 0, "merged"],
  ];
  for (const [fill, bytes, detail] of looks) {
    assert.equal(shedding.look(fill, bytes), detail, `${fill} ${bytes}`);
    assert.equal(shedding.detail, detail);
  }
});

Deno.test("shedding: more pressure never gives more detail, and none gives all of it", () => {
  const looks = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(2 ** 24)));
  fc.assert(fc.property(looks, fc.nat(2 ** 24), (history, more) => {
    const shedding = new Shedding();
    for (const [fill, bytes] of history) {
      const before = ORDER.indexOf(shedding.detail);
      const now = ORDER.indexOf(shedding.look(fill, bytes));
      const worse = ORDER.indexOf(shedding.look(Math.min(1, fill + 0.1), bytes + more));
      assert.ok(worse >= now, "more pressure");
      assert.ok(bytes < REDUCED_BYTES || now === 2, "most is outstanding");
      assert.ok(fill < 0.9 || now >= 1, "the ring is nearly full");
      assert.ok(now <= Math.max(before, 1) || bytes >= REDUCED_BYTES, "nothing is left out early");
    }
    shedding.look(0, 0);
    assert.equal(shedding.look(0, 0), "full");
  }));
});
