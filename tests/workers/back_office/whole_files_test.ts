import assert from "node:assert/strict";
import { OtherContentError, WholeFiles } from "../../../workers/back_office/whole_files.ts";
import { withFolder } from "../history/stored_history.ts";

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

function put(files: WholeFiles, contents: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(contents)) {
    Deno.writeTextFileSync(files.draft(name), text);
  }
}

Deno.test("files are there together and whole, or not at all", () =>
  withFolder((folder) => {
    const out = `${folder}/deep/er`;
    const files = new WholeFiles(out);
    put(files, { a: "one", b: "two" });
    assert.deepEqual(namesIn(out), ["a.draft", "b.draft"]);
    assert.deepEqual(files.commit(false).map(({ what }) => what), ["written", "written"]);
    assert.deepEqual(namesIn(out), ["a", "b"]);

    const given = new WholeFiles(out);
    put(given, { c: "three" });
    given.abandon();
    assert.deepEqual(namesIn(out), ["a", "b"]);
  }));

Deno.test("the same content again changes nothing, not even when the file was written", () =>
  withFolder((folder) => {
    const long = "x".repeat(3 << 20);
    put(new WholeFiles(folder), {});
    const first = new WholeFiles(folder);
    put(first, { a: long });
    first.commit(false);
    Deno.utimeSync(`${folder}/a`, 5, 5);
    const again = new WholeFiles(folder);
    put(again, { a: long });
    assert.deepEqual(again.commit(false), [{ path: `${folder}/a`, what: "same" }]);
    assert.equal(Deno.statSync(`${folder}/a`).mtime?.getTime(), 5_000);
    assert.deepEqual(namesIn(folder), ["a"]);
  }));

Deno.test("other content is never written over unasked, and then nothing is written", () =>
  withFolder((folder) => {
    const long = "x".repeat(2 << 20);
    for (const [there, now] of [["one", "two"], [`${long}a`, `${long}b`], ["", "x"]]) {
      const first = new WholeFiles(folder);
      put(first, { a: there });
      first.commit(true);
      const second = new WholeFiles(folder);
      put(second, { b: "new", a: now });
      assert.throws(() => second.commit(false), (error) => {
        assert.ok(error instanceof OtherContentError);
        return error.message.includes("has other content in a; nothing was written");
      });
      second.abandon();
      assert.deepEqual(namesIn(folder), ["a"]);
      assert.equal(Deno.readTextFileSync(`${folder}/a`), there);
      const third = new WholeFiles(folder);
      put(third, { a: now });
      assert.deepEqual(third.commit(true).map(({ what }) => what), ["replaced"]);
      assert.equal(Deno.readTextFileSync(`${folder}/a`), now);
    }
  }));

Deno.test("drafts that a dead run has left are no obstacle", () =>
  withFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a.draft`, "half of");
    const files = new WholeFiles(folder);
    put(files, { a: "whole" });
    files.commit(false);
    assert.deepEqual(namesIn(folder), ["a"]);
    assert.equal(Deno.readTextFileSync(`${folder}/a`), "whole");
  }));
