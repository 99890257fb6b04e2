import assert from "node:assert/strict";
import { messagesOf } from "./rule_run.ts";

const docstring = (source: string) => messagesOf("docstring", "core/a.ts", source);

Deno.test("docstring: a documented export of any kind passes", () => {
  const allowed = [
    "/** A. */\nexport const a = 1;",
    "/** A. */\nexport function a() {}",
    "/** A. */\nexport class A {}",
    "/** A. */\nexport interface A { b: number }",
    "/** A. */\nexport type A = 1;",
    "/** A. */\nexport default 1;",
    "/** A. */\n// deno-lint-ignore no-explicit-any\nexport const a: any = 1;",
    "/** Naïve 😀. */\nexport const a = 1;",
    "/** A. */\nexport function a(x: 1): 1;\nexport function a(x: 2): 2;\n" +
    "export function a(x: number) { return x; }",
    "export { a } from './a.ts';",
    "export * from './a.ts';",
    "const hidden = 1;",
  ];
  for (const source of allowed) assert.deepEqual(docstring(source), [], source);
});

Deno.test("docstring: an export without one is refused", () => {
  const refused = [
    "export const a = 1;",
    "// A.\nexport const a = 1;",
    "/* A. */\nexport const a = 1;",
    "/** A. */\nconst b = 1;\nexport const a = b;",
    "/** A. */\n\nexport const a = 1;",
    "/**\n * The module.\n *\n * @module\n */\nexport const a = 1;",
    "/** A. */\nexport const a = 1;\nexport const b = 2;",
    "export default 1;",
    "/** A. */\nconst a = 1;\nexport { a };",
  ];
  for (const source of refused) assert.equal(docstring(source).length, 1, source);
});
