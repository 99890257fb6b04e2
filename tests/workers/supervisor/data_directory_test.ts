import assert from "node:assert/strict";
import {
  DataDirectoryError,
  openDataDirectory,
} from "../../../workers/supervisor/data_directory.ts";

async function inTemporaryFolder(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "edgebook-data-" });
  try {
    await body(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const namesIn = (path: string) => Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
const silent = () => {};

Deno.test("data directory: made when missing, held by one, free again after its release", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/new/data`;
    const held = await openDataDirectory(path, false, silent);
    assert.deepEqual(namesIn(path), ["edgebook.json", "history", "run", "secrets"]);
    await assert.rejects(openDataDirectory(path, false, silent), (error: Error) => {
      assert.ok(error instanceof DataDirectoryError);
      assert.match(error.message, new RegExp(`\\(pid ${Deno.pid}\\)`));
      return true;
    });
    await held.release();
    await (await openDataDirectory(path, false, silent)).release();
  }));

Deno.test("data directory: --fresh removes what the project made and nothing else", () =>
  inTemporaryFolder(async (folder) => {
    const first = await openDataDirectory(folder, false, silent);
    await first.release();
    for (const path of ["secrets/master.key", "run/keys.json", "run/market.json", "mine.txt"]) {
      await Deno.writeTextFile(`${folder}/${path}`, "x");
    }
    await Deno.mkdir(`${folder}/nats/store`, { recursive: true });
    const said: string[] = [];
    const fresh = await openDataDirectory(folder, true, (line) => said.push(line));
    await fresh.release();
    assert.deepEqual(namesIn(folder), ["edgebook.json", "history", "mine.txt", "run", "secrets"]);
    assert.deepEqual(namesIn(`${folder}/run`), ["supervisor.lock"]);
    assert.deepEqual(namesIn(`${folder}/secrets`), []);
    assert.match(said[0], /starting from nothing/);
  }));

Deno.test("data directory: one of somebody else's is neither emptied nor written to", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/thesis.txt`, "years of work");
    await assert.rejects(openDataDirectory(folder, true, silent), /was not made by this project/);
    assert.deepEqual(namesIn(folder), ["thesis.txt"]);
    await Deno.mkdir(`${folder}/nats`);
    await assert.rejects(openDataDirectory(folder, false, silent), /it holds nats/);
    assert.deepEqual(namesIn(folder), ["nats", "thesis.txt"]);
  }));

Deno.test("data directory: a layout of another version is refused", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/edgebook.json`, '{"project":"edgebook","layout":99}');
    await assert.rejects(openDataDirectory(folder, true, silent), /has layout 99/);
  }));
