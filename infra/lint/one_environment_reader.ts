/**
 * Rule `one-environment-reader`: only `infra/config.ts` reads environment variables, so that one
 * table lists them all. Tests and benches may read what they please.
 *
 * @module
 */

import { sourcePath, topFolder } from "./source_path.ts";
import { memberName } from "./syntax.ts";

/** The one file that may read the environment. */
export const READER = "infra/config.ts";

/** Objects whose member `env` is the environment. */
const HOLDERS: readonly string[] = ["Deno", "process"];
/** Modules whose export `env` is the environment. */
const MODULES: readonly string[] = ["node:process", "process"];

/** The name that `node` has, for `Deno` and for `globalThis.Deno`. */
function holderName(node: Deno.lint.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" ? memberName(node) : undefined;
}

/** The rule. */
export const oneEnvironmentReader: Deno.lint.Rule = {
  create(context) {
    const path = sourcePath(context.filename);
    if (path === undefined || path === READER) return {};
    if (["tests", "bench"].includes(topFolder(path))) return {};

    const refuse = (node: Deno.lint.Node, what: string): void =>
      context.report({
        node,
        message: `${what} in ${path}; only ${READER} reads the environment`,
        hint: `Declare the variable in ${READER} and ask readConfig for it.`,
      });

    return {
      MemberExpression(node) {
        const holder = holderName(node.object);
        if (holder === undefined || !HOLDERS.includes(holder) || memberName(node) !== "env") return;
        refuse(node, `${holder}.env`);
      },
      VariableDeclarator(node) {
        if (node.id.type !== "ObjectPattern" || !node.init) return;
        const holder = holderName(node.init);
        if (holder === undefined || !HOLDERS.includes(holder)) return;
        for (const property of node.id.properties) {
          if (property.type !== "Property" || property.key.type !== "Identifier") continue;
          if (property.key.name === "env") refuse(property, `${holder}.env`);
        }
      },
      ImportSpecifier(node) {
        const from = node.parent.source?.value;
        if (from === undefined || !MODULES.includes(from)) return;
        if (node.imported.type === "Identifier" && node.imported.name === "env") {
          refuse(node, `env of ${from}`);
        }
      },
    };
  },
};
