import assert from "node:assert/strict";
import fc from "fast-check";
import { firstMessageFrom } from "../../../workers/operator/events_search.ts";

Deno.test("events search: finds the first message of a moment or later, in few reads", async () => {
  const stamps = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 })
    .map((gaps) => gaps.map((_, index) => gaps.slice(0, index + 1).reduce((a, b) => a + b)));
  await fc.assert(fc.asyncProperty(
    stamps,
    fc.integer({ min: 1, max: 1_000 }),
    fc.nat(2_100),
    async (stamps, first, micros) => {
      const last = first + stamps.length - 1;
      const read: number[] = [];
      const found = await firstMessageFrom(
        (sequence) => {
          read.push(sequence);
          const stamp = stamps[sequence - first];
          assert.ok(stamp !== undefined, `${sequence} is none of ${first} to ${last}`);
          return Promise.resolve(stamp);
        },
        first,
        last,
        micros,
      );
      const index = stamps.findIndex((stamp) => stamp >= micros);
      assert.equal(found, index < 0 ? last + 1 : first + index);
      assert.ok(read.length <= Math.ceil(Math.log2(stamps.length + 1)), `${read.length} reads`);
    },
  ));
});
