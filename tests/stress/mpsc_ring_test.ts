import assert from "node:assert/strict";
import { makeMpscRing } from "../../core/memory/mpsc_ring.ts";
import { RingWord } from "../../core/memory/ring_layout.ts";
import { type Mutation, REAL_MODULES, withMutant } from "./mutant.ts";
import { errorsOf, race, type RaceReport } from "./race.ts";

const PRODUCERS = 3;
const RECORDS = 300_000;
const PAUSED_RECORDS = 60_000;
const SLOTS = 64;

/** Races three producers and one consumer, over the wrap of the cursors. */
function raceRing(modules: string, records = RECORDS): Promise<RaceReport[]> {
  const memory = makeMpscRing(32, SLOTS);
  const header = new Int32Array(memory);
  const start = 2 ** 31 - records;
  header[RingWord.produced] = start;
  header[RingWord.released] = start;
  const producer = { role: "producer", count: records };
  return race("mpsc_race_worker.ts", modules, memory, [
    { role: "consumer", count: records * PRODUCERS },
    ...Array.from({ length: PRODUCERS }, () => producer),
  ]);
}

Deno.test("stress: records of three producers cross an MPSC ring whole, once, in each one's order", async () => {
  const reports = await raceRing(REAL_MODULES);
  assert.deepEqual(errorsOf(reports), []);
  const [consumed, ...produced] = reports.map(({ checksum }) => checksum);
  assert.equal(produced.reduce((sum, checksum) => sum + checksum), consumed);
});

/** Pauses between the look at the cursors and the exchange, and between claim and publish. */
const PAUSES: readonly Mutation[] = [
  {
    file: "mpsc_ring.ts",
    text: "const claimed = (produced + count) | 0;",
    by: "const claimed = (produced + count) | 0; pauseSometimes();",
  },
  {
    file: "mpsc_ring.ts",
    text: "return this.#first = produced & (this.#slotCount - 1);",
    by: "pauseSometimes(); return this.#first = produced & (this.#slotCount - 1);",
  },
];

Deno.test("stress: nor do pauses of the producers break it", async () => {
  assert.deepEqual(
    errorsOf(await withMutant(PAUSES, (modules) => raceRing(modules, PAUSED_RECORDS))),
    [],
  );
});

const MUTANTS: Readonly<Record<string, Mutation>> = {
  "claims without compare-exchange": {
    file: "mpsc_ring.ts",
    text: "if (Atomics.compareExchange(header, PRODUCED, produced, claimed) === produced) {",
    by: "Atomics.store(header, PRODUCED, claimed); {",
  },
  "publishes a run before it is written": {
    file: "mpsc_ring.ts",
    text: "this.#count = count;",
    by: "this.#count = count; " +
      "Atomics.store(header, RUN_WORDS_AT + (produced & (this.#slotCount - 1)), count);",
  },
  "leaves run words of an earlier lap": {
    file: "mpsc_ring.ts",
    text: "header[word] = 0;",
    by: "",
  },
  "claims slots that the consumer still has": {
    file: "mpsc_ring.ts",
    text: "if (((produced + count - released) | 0) > this.#slotCount) return FULL;",
    by: "void released;",
  },
};

for (const [name, mutation] of Object.entries(MUTANTS)) {
  Deno.test(`stress: it shows when an MPSC ring ${name}`, async () => {
    const errors = errorsOf(
      await withMutant([...PAUSES, mutation], (modules) => raceRing(modules)),
    );
    assert.match(errors.join("; "), /record -?[\d.]+ (came where|is torn)|stalled/);
  });
}
