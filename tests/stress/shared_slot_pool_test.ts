import assert from "node:assert/strict";
import { makeSharedSlotPool, SharedSlotPool } from "../../core/memory/shared_slot_pool.ts";
import { type Mutation, REAL_MODULES, withMutant } from "./mutant.ts";
import { errorsOf, race, type RaceReport } from "./race.ts";

const TURNS = 300_000;
/** Few, so that the same slot is on top again soon. */
const CAPACITY = 4;

/** Races two Workers for the slots. */
async function racePool(modules: string): Promise<{ reports: RaceReport[]; freeCount: number }> {
  const memory = makeSharedSlotPool(CAPACITY, 8);
  const worker = { role: "user", count: TURNS };
  const reports = await race("pool_race_worker.ts", modules, memory, [worker, worker]);
  return { freeCount: new SharedSlotPool(memory).countFree(), reports };
}

/** A pause between reading the top slot's link and exchanging the head: where ABA happens. */
const PAUSE: Mutation = {
  file: "shared_slot_pool.ts",
  text: "const next = words[LINKS + number - 1];",
  by: "const next = words[LINKS + number - 1]; pauseSometimes();",
};

Deno.test("stress: no slot of a shared pool is ever given to two, and none is lost", async () => {
  const { freeCount, reports } = await racePool(REAL_MODULES);
  assert.deepEqual(errorsOf(reports), []);
  assert.equal(freeCount, CAPACITY);
});

Deno.test("stress: nor when there is a pause where ABA happens", async () => {
  const { freeCount, reports } = await withMutant([PAUSE], racePool);
  assert.deepEqual(errorsOf(reports), []);
  assert.equal(freeCount, CAPACITY);
});

const MUTANTS: Readonly<Record<string, readonly Mutation[]>> = {
  "has no tag": [
    PAUSE,
    {
      file: "shared_slot_pool.ts",
      text: "return (head + mask + 1) & ~mask;",
      by: "return head & ~mask;",
    },
  ],
  "takes without compare-exchange": [
    PAUSE,
    {
      file: "shared_slot_pool.ts",
      text: "const seen = Atomics.compareExchange(words, HEAD, head, nextTag(head, mask) | next);",
      by: "Atomics.store(words, HEAD, nextTag(head, mask) | next); const seen = head;",
    },
  ],
};

for (const [name, mutations] of Object.entries(MUTANTS)) {
  Deno.test(`stress: it shows when a shared pool ${name}`, async () => {
    const { freeCount, reports } = await withMutant(mutations, racePool);
    // A broken list gives a slot to two, or loses slots, perhaps all of them before that.
    const found = [...errorsOf(reports), `${freeCount} of ${CAPACITY} free at the end`];
    assert.match(found.join("; "), /while \d had it|written by another|[^4] of 4 free/);
  });
}
