import assert from "node:assert/strict";
import { messagesOf } from "./rule_run.ts";

const names = (path: string) => messagesOf("file-names", path, "");

Deno.test("file-names: concepts in snake_case pass", () => {
  const allowed = [
    "core/book/price_index.ts",
    "core/book/level2.ts",
    "tests/core/book/ladder_test.ts",
    "workers/matching/matching_main.ts",
    "routes/types.d.ts",
  ];
  for (const path of allowed) assert.deepEqual(names(path), [], path);
});

Deno.test("file-names: other cases and empty words are refused, with the word", () => {
  const refused: [path: string, word: string][] = [
    ["core/book/orderBook.ts", "orderBook"],
    ["core/book/order-book.ts", "order-book"],
    ["core/Book/ladder.ts", "Book"],
    ["core/book/ladder.test.ts", "ladder.test"],
    ["core/book/ladder__pool.ts", "ladder__pool"],
    ["core/book/index.ts", "index"],
    ["core/utils/ladder.ts", "utils"],
    ["core/book/helpers.ts", "helpers"],
    ["core/book/order_manager.ts", "manager"],
    ["infra/common.ts", "common"],
  ];
  for (const [path, word] of refused) {
    const messages = names(path);
    assert.equal(messages.length, 1, path);
    assert.ok(messages[0]?.startsWith(`${path}: ${word}`), messages[0]);
  }
});
