import assert from "node:assert/strict";
import { withProgress } from "../../../infra/provision/progress.ts";

const pause = (millis: number) => new Promise((done) => setTimeout(done, millis));

Deno.test("what is quick says nothing, what is slow says so until it is done", async () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  assert.equal(await withProgress(say, "work", () => Promise.resolve(7)), 7);
  assert.deepEqual(said, []);
  await withProgress(say, "work", () => pause(70), 20);
  assert.ok(said.length >= 2, said.join());
  assert.equal(said[0], "  ... work: 0 s");
  const count = said.length;
  await pause(50);
  assert.equal(said.length, count);
});

Deno.test("what fails, fails, and says nothing more", async () => {
  const said: string[] = [];
  await assert.rejects(
    withProgress((line) => void said.push(line), "work", () => Promise.reject(new Error("no")), 5),
    /no/,
  );
  await pause(20);
  assert.deepEqual(said, []);
});
