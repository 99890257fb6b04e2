import assert from "node:assert/strict";
import { headingAnchors, namedTasks, relativeLinks } from "./markdown.ts";

Deno.test("markdown: relative links are found, others and code are not", () => {
  const text = [
    '[a](A.md) ![b](img/b.png) [c](C.md#part) [d](#here) [e](<E.md> "title")',
    "[web](https://example.org) [mail](mailto:a@b) `[code](code.md)`",
    "[ref]: R.md",
    "```md\n[fenced](fenced.md)\n```",
  ].join("\n");
  assert.deepEqual(relativeLinks(text), [
    "A.md",
    "img/b.png",
    "C.md#part",
    "#here",
    "E.md",
    "R.md",
  ]);
});

Deno.test("markdown: headings get the anchors that readers link to", () => {
  const text = "# The `core/` layer\n## 2. Why?\n## Why?\n```sh\n# comment\n```\n## Why?\n";
  assert.deepEqual([...headingAnchors(text)], ["the-core-layer", "2-why", "why", "why-1"]);
});

Deno.test("markdown: tasks are found in prose and in code, placeholders are not", () => {
  const text = "Run `deno task ok`.\n```sh\ndeno task bench:rest --json\n```\ndeno task NAME";
  assert.deepEqual(namedTasks(text), ["ok", "bench:rest"]);
});
