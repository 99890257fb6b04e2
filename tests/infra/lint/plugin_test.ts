import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import plugin from "../../../infra/lint/plugin.ts";
import { sourcePath } from "../../../infra/lint/source_path.ts";

Deno.test("plugin: deno.json loads it, so that deno lint and editors run its rules", () => {
  assert.deepEqual(config.lint.plugins, ["./infra/lint/plugin.ts"]);
});

Deno.test("plugin: each rule is named for its file, and has a test", async () => {
  for (const name of Object.keys(plugin.rules)) {
    const file = name.replaceAll("-", "_");
    await Deno.stat(new URL(`../../../infra/lint/${file}.ts`, import.meta.url));
    await Deno.stat(new URL(`./${file}_test.ts`, import.meta.url));
  }
});

Deno.test("plugin: rules see the absolute path that the linter gives as a project path", () => {
  const absolute = new URL("../../../core/book/ladder.ts", import.meta.url).pathname;
  assert.equal(sourcePath(absolute), "core/book/ladder.ts");
  assert.equal(sourcePath("./core/a.ts"), "core/a.ts");
  assert.equal(sourcePath("/elsewhere/core/a.ts"), undefined);
});
