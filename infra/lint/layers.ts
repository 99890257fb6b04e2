/**
 * Rule `layers`: imports run one way, and `core` imports nothing from outside the project.
 *
 * @module
 */

import { posix } from "node:path";
import { sourcePath, topFolder } from "./source_path.ts";

/** What each layer may import. Folders that are not listed (tests, bench) may import anything. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  infra: ["core", "infra"],
  routes: ["core", "infra", "routes"],
  workers: ["core", "infra", "workers"],
};

/** The module that an expression names, when it is a string that is known before the code runs. */
function literalModule(source: Deno.lint.Node): string | undefined {
  if (source.type === "Literal") {
    return typeof source.value === "string" ? source.value : undefined;
  }
  if (source.type === "TSLiteralType") return literalModule(source.literal);
  if (source.type === "TemplateLiteral" && source.expressions.length === 0) {
    return source.quasis[0]?.cooked;
  }
  return undefined;
}

/** Says what is wrong with `path` importing `specifier`; `undefined` when nothing is. */
function violation(path: string, specifier: string): string | undefined {
  const layer = topFolder(path);
  const allowed = LAYERS[layer];
  if (allowed === undefined) return undefined;
  if (specifier.startsWith("./") || specifier.startsWith("../")) {
    const target = posix.join(posix.dirname(path), specifier);
    if (allowed.includes(topFolder(target))) return undefined;
    return `${path} imports ${target}; ${layer} may import only ${allowed.join(", ")}`;
  }
  if (layer === "core") {
    return `${path} imports the package ${specifier}; core may import only core`;
  }
  if (specifier.startsWith("/") || specifier.startsWith("file:")) {
    return `${path} imports ${specifier} by an absolute path, which hides its layer`;
  }
  return undefined;
}

/** The rule. It reads static imports, re-exports, `import()` and `import()` types alike. */
export const layers: Deno.lint.Rule = {
  create(context) {
    const path = sourcePath(context.filename);
    if (path === undefined || LAYERS[topFolder(path)] === undefined) return {};

    const check = (node: Deno.lint.Node, source: Deno.lint.Node | null): void => {
      if (source === null) return;
      const specifier = literalModule(source);
      const message = specifier === undefined
        ? `${path} imports a module whose name is computed, so that its layer is not known`
        : violation(path, specifier);
      if (message !== undefined) {
        context.report({ node, message, hint: "Move the code, or pass what it needs as a value." });
      }
    };

    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.argument),
    };
  },
};
