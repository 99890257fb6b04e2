import assert from "node:assert/strict";
import { messagesOf } from "./rule_run.ts";

Deno.test("no-console: core and routes are silent", () => {
  for (const path of ["core/a.ts", "routes/main.ts", "routes/middleware/a.ts"]) {
    for (const source of ["console.log(1);", "const { error } = console;", "f(console);"]) {
      assert.equal(messagesOf("no-console", path, source).length, 1, path + source);
    }
    assert.deepEqual(messagesOf("no-console", path, "log.console(1); ({ console: 1 });"), []);
  }
});

Deno.test("no-console: the other layers may print", () => {
  for (const path of ["infra/a.ts", "workers/a_main.ts", "tests/a_test.ts"]) {
    assert.deepEqual(messagesOf("no-console", path, "console.log(1);"), [], path);
  }
});
