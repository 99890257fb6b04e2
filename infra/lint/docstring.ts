/**
 * Rule `docstring`: every exported symbol says what it is for, in a comment that begins with two
 * stars and stands right before it. Re-exports carry the docstring of the original.
 *
 * @module
 */

/** The functions that a file declares with more than one signature share one docstring. */
function functionName(node: Deno.lint.ExportNamedDeclaration): string | undefined {
  const { declaration } = node;
  if (declaration?.type !== "FunctionDeclaration" && declaration?.type !== "TSDeclareFunction") {
    return undefined;
  }
  return declaration.id?.name;
}

/** The rule. */
export const docstring: Deno.lint.Rule = {
  create(context) {
    const overloads = new Set<string>();

    /** Whether the last block comment before the node is a docstring with no code after it. */
    const documented = (node: Deno.lint.Node): boolean => {
      const last = context.sourceCode.getCommentsBefore(node).findLast((one) =>
        one.type === "Block"
      );
      if (last === undefined || !last.value.startsWith("*")) return false;
      const between = context.sourceCode.text.slice(last.range[1], node.range[0]);
      // The comment that opens a file documents the module, unless it stands on the export.
      if (last.value.includes("@module") || /\n\s*\n/.test(between)) return false;
      return between.replaceAll(/\/\/[^\n]*/g, "").trim() === "";
    };

    const refuse = (node: Deno.lint.Node, message: string): void =>
      context.report({
        node,
        message,
        hint: "Say its purpose in one sentence, then units, owner, cost and errors.",
      });

    return {
      ExportNamedDeclaration(node) {
        if (node.source !== null) return;
        if (node.declaration === null) {
          refuse(node, "an export apart from its declaration, where no docstring is found");
          return;
        }
        const name = functionName(node);
        if (name !== undefined && overloads.has(name)) return;
        if (name !== undefined) overloads.add(name);
        if (!documented(node)) refuse(node, "an exported symbol without a docstring");
      },
      ExportDefaultDeclaration(node) {
        if (!documented(node)) refuse(node, "a default export without a docstring");
      },
    };
  },
};
