/**
 * Rule `file-names`: folders and files are in snake_case and are named for what they hold.
 *
 * @module
 */

import { sourcePath } from "./source_path.ts";

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const EXTENSION = /(\.d)?\.(ts|tsx|js|mjs)$/;

/** Words that say nothing about what a file holds, wherever in its name they stand. */
const EMPTY_WORDS: readonly string[] = [
  "common",
  "helper",
  "helpers",
  "manager",
  "misc",
  "util",
  "utils",
];

/** Says what is wrong with one name of a path (no extension); `undefined` when nothing is. */
function complaint(name: string): string | undefined {
  if (!SNAKE_CASE.test(name)) return `${name} is not in snake_case`;
  // As a whole name, index makes a barrel; price_index is a term of its own.
  if (name === "index") return "index names no concept";
  const empty = name.split("_").find((word) => EMPTY_WORDS.includes(word));
  return empty === undefined ? undefined : `${empty} in ${name} names no concept`;
}

/** The rule. It reads the file's path, not its contents. */
export const fileNames: Deno.lint.Rule = {
  create(context) {
    const path = sourcePath(context.filename);
    if (path === undefined) return {};
    return {
      Program(node) {
        const names = path.replace(EXTENSION, "").split("/");
        for (const name of names) {
          const message = complaint(name);
          if (message === undefined) continue;
          context.report({
            node,
            message: `${path}: ${message}`,
            hint: "Name the file for the concept that it exports.",
          });
        }
      },
    };
  },
};
