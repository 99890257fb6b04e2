import assert from "node:assert/strict";
import { seqlockBytes } from "../../core/memory/seqlock.ts";
import { type Mutation, REAL_MODULES, withMutant } from "./mutant.ts";
import { errorsOf, race, type RaceReport } from "./race.ts";

const PUBLISHES = 100_000;
const PAUSED_PUBLISHES = 20_000;
/** Publishes that a reader sees at least, or the race was none. */
const CHANGES_LEAST = 100;

/** Races one writer and two readers. */
function raceSeqlock(modules: string, publishes = PUBLISHES): Promise<RaceReport[]> {
  const memory = new SharedArrayBuffer(seqlockBytes(16));
  return race("seqlock_race_worker.ts", modules, memory, [
    { role: "writer", count: publishes },
    { role: "reader", count: publishes },
    { role: "reader", count: publishes },
  ]);
}

Deno.test("stress: readers of a seqlock never see a torn or an older block", async () => {
  const reports = await raceSeqlock(REAL_MODULES);
  assert.deepEqual(errorsOf(reports), []);
  for (const { counts, role } of reports) {
    if (role === "reader") assert.ok(Number(counts?.changes) >= CHANGES_LEAST);
  }
});

/** Pauses in the middle of a publish and in the middle of a read. */
const PAUSES: readonly Mutation[] = [
  {
    file: "seqlock.ts",
    text: "shown[index] = integer;",
    by: "shown[index] = integer; if (index === 7) pauseSometimes();",
  },
  {
    file: "seqlock.ts",
    text: "integers[index] = Atomics.load(words, DATA + index);",
    by: "integers[index] = Atomics.load(words, DATA + index); if (index === 7) pauseSometimes();",
  },
];

Deno.test("stress: nor do pauses in the middle of a publish or of a read show one", async () => {
  assert.deepEqual(
    errorsOf(await withMutant(PAUSES, (modules) => raceSeqlock(modules, PAUSED_PUBLISHES))),
    [],
  );
});

const MUTANTS: Readonly<Record<string, Mutation>> = {
  "reader does not look at the sequence again": {
    file: "seqlock.ts",
    text: "if (Atomics.load(words, SEQUENCE) !== before) continue;",
    by: "",
  },
  "reader takes an odd sequence": {
    file: "seqlock.ts",
    text: "if ((before & 1) !== 0) continue;",
    by: "",
  },
  "writer does not make the sequence odd": {
    file: "seqlock.ts",
    text: "Atomics.store(words, SEQUENCE, this.#sequence | 1);",
    by: "",
  },
};

for (const [name, mutation] of Object.entries(MUTANTS)) {
  Deno.test(`stress: it shows when a seqlock's ${name}`, async () => {
    const errors = errorsOf(
      await withMutant([...PAUSES, mutation], (modules) => raceSeqlock(modules)),
    );
    assert.match(errors.join("; "), /double \d+ of publish \d+ is/);
  });
}
