/**
 * Rule `file-length`: a file holds one concept, which a reader can take in at once.
 *
 * @module
 */

import { sourcePath } from "./source_path.ts";

/** The most lines that a file may have. */
export const FILE_LINES_MAX = 350;

/** The rule. */
export const fileLength: Deno.lint.Rule = {
  create(context) {
    const path = sourcePath(context.filename);
    if (path === undefined) return {};
    return {
      Program(node) {
        const lines = context.sourceCode.text.trimEnd().split("\n").length;
        if (lines <= FILE_LINES_MAX) return;
        context.report({
          node,
          message: `${path} has ${lines} lines; the most is ${FILE_LINES_MAX}`,
          hint: "Find the second concept in it and give that a file of its own.",
        });
      },
    };
  },
};
