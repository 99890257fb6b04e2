/**
 * Rule `no-console`: `core/` writes nothing, and `routes/` logs through the logger it is given, so
 * that every line has a level, a request id and no secret in it.
 *
 * @module
 */

import { sourcePath, topFolder } from "./source_path.ts";
import { isReference } from "./syntax.ts";

/** The layers that may not write to the console. */
const SILENT: readonly string[] = ["core", "routes"];

/** The rule. */
export const noConsole: Deno.lint.Rule = {
  create(context) {
    const path = sourcePath(context.filename);
    if (path === undefined || !SILENT.includes(topFolder(path))) return {};
    return {
      Identifier(node) {
        if (node.name !== "console" || !isReference(node)) return;
        context.report({
          node,
          message: `console in ${path}; ${topFolder(path)} does not write to the console`,
          hint: "Return what happened, or use the logger that the caller passes in.",
        });
      },
    };
  },
};
