import assert from "node:assert/strict";
import { RingWord } from "../../core/memory/ring_layout.ts";
import { makeSpscRing } from "../../core/memory/spsc_ring.ts";
import { type Mutation, REAL_MODULES, withMutant } from "./mutant.ts";
import { errorsOf, race, type RaceReport } from "./race.ts";

const RECORDS = 1_000_000;
const PAUSED_RECORDS = 200_000;
const SLOTS = 64;

/** Races one producer against one consumer, over the wrap of the cursors. */
function raceRing(modules: string, records = RECORDS): Promise<RaceReport[]> {
  const memory = makeSpscRing(64, SLOTS);
  const header = new Int32Array(memory);
  const start = 2 ** 31 - records / 2;
  header[RingWord.produced] = start;
  header[RingWord.released] = start;
  return race("spsc_race_worker.ts", modules, memory, [
    { role: "producer", count: records },
    { role: "consumer", count: records },
  ]);
}

Deno.test("stress: a million records cross an SPSC ring whole, once and in order", async () => {
  const reports = await raceRing(REAL_MODULES);
  assert.deepEqual(errorsOf(reports), []);
  const sum = RECORDS * (RECORDS - 1) / 2;
  assert.deepEqual(reports.map(({ checksum }) => checksum), [sum, sum]);
});

/** Pauses where a slot is claimed but not written, and where it is read but not given back. */
const PAUSES: readonly Mutation[] = [
  {
    file: "spsc_ring.ts",
    text: "return claimed & (this.#slotCount - 1);",
    by: "pauseSometimes(); return claimed & (this.#slotCount - 1);",
  },
  {
    file: "spsc_ring.ts",
    text: "return (this.#published - this.#released) | 0;",
    by: "pauseSometimes(); return (this.#published - this.#released) | 0;",
  },
];

Deno.test("stress: nor do pauses on either side break it", async () => {
  assert.deepEqual(
    errorsOf(await withMutant(PAUSES, (modules) => raceRing(modules, PAUSED_RECORDS))),
    [],
  );
});

const MUTANTS: Readonly<Record<string, Mutation>> = {
  "publishes its cursor before the slot is written": {
    file: "spsc_ring.ts",
    text: "this.#claimed = after;",
    by: "this.#claimed = after; Atomics.store(this.header, PRODUCED, after);",
  },
  "takes slots that the consumer still has": {
    file: "spsc_ring.ts",
    text: "if (((after - this.#released) | 0) > this.#slotCount) return FULL;",
    by: "",
  },
  "gives slots back before they are read": {
    file: "spsc_ring.ts",
    text: "Atomics.store(this.header, RELEASED, this.#released);",
    by: "Atomics.store(this.header, RELEASED, (this.#released + 7) | 0);",
  },
};

for (const [name, mutation] of Object.entries(MUTANTS)) {
  Deno.test(`stress: it shows when an SPSC ring ${name}`, async () => {
    const errors = errorsOf(
      await withMutant([...PAUSES, mutation], (modules) => raceRing(modules)),
    );
    assert.match(errors.join("; "), /field \d of record \d+ is/);
  });
}
