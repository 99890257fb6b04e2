import assert from "node:assert/strict";
import { importCircles } from "./import_circles.ts";

const modules = (texts: Record<string, string>) =>
  Object.entries(texts).map(([path, text]) => ({ path, text }));

Deno.test("import circles: none where every import leads further down", () => {
  const texts = {
    "a/top.ts": 'import { one } from "./middle.ts";\nimport "../b/low.ts";\n',
    "a/middle.ts": 'import {\n  type Low,\n  low,\n} from "../b/low.ts";\n',
    "b/low.ts": 'import { gone } from "./not_there.ts";\nimport assert from "node:assert";\n',
  };
  assert.deepEqual(importCircles(modules(texts)), []);
});

Deno.test("import circles: types, re-exports and effects count, and each circle is told once", () => {
  const texts = {
    "start.ts": 'import { a } from "./a/one.ts";\nimport { x } from "./x.ts";\n',
    "a/one.ts": 'import type { Two } from "./two.ts";\n',
    "a/two.ts": 'export * from "../b/three.ts";\nexport { low } from "../low.ts";\n',
    "b/three.ts": 'import "../a/one.ts";\nimport { two } from "../a/two.ts";\n',
    "low.ts": "export const low = 1;\n",
    "x.ts": 'import { y } from "./y.ts";\n',
    "y.ts": 'import { x } from "./x.ts";\n',
  };
  assert.deepEqual(importCircles(modules(texts)), [
    ["a/one.ts", "a/two.ts", "b/three.ts"],
    ["x.ts", "y.ts"],
  ]);
});

Deno.test("import circles: words in comments and strings are no imports", () => {
  const texts = {
    "a.ts": '// import { b } from "./b.ts";\nconst text = `export from "./b.ts"`;\n',
    "b.ts": 'import { a } from "./a.ts";\n',
  };
  assert.deepEqual(importCircles(modules(texts)), []);
});
