/**
 * Copies of `core/memory` with pieces of text exchanged: what the races must find out to be broken.
 * A piece that is not there fails the test, so a change of the code cannot empty it.
 *
 * What is put in may call `pauseSometimes()`, which now and then sleeps: it opens the window between
 * two instructions wide enough for the other Workers to come through on any machine, one with a
 * single core as well. The right code must stay right with it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";

const CORE_MEMORY = new URL("../../core/memory/", import.meta.url);

/** One exchange in one file of `core/memory`. */
export interface Mutation {
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

/** Appended to every file of a mutant. */
const PAUSE_SOMETIMES = `
const pauseWord = new Int32Array(new SharedArrayBuffer(4));
let pauseCalls = 0;
function pauseSometimes(): void {
  if (++pauseCalls % 61 === 0) Atomics.wait(pauseWord, 0, 0, 0.05);
}
`;

/** Where the real modules are, as Workers import them. */
export const REAL_MODULES = CORE_MEMORY.href;

/** Runs `work` with the folder of a mutated copy, then removes it. */
export async function withMutant<T>(
  mutations: readonly Mutation[],
  work: (modules: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "edgebook_mutant_" });
  try {
    for await (const { name } of Deno.readDir(fileURLToPath(CORE_MEMORY))) {
      let source = await Deno.readTextFile(new URL(name, CORE_MEMORY));
      for (const { by, file, text } of mutations) {
        if (file !== name) continue;
        assert.equal(source.split(text).length, 2, `${file} must hold once: ${text}`);
        source = source.replace(text, () => by);
      }
      await Deno.writeTextFile(`${folder}/${name}`, source + PAUSE_SOMETIMES);
    }
    return await work(pathToFileURL(`${folder}/`).href);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
