/**
 * Rule `pure-core`: `core/` is a function of its inputs. It reads no clock, no randomness and no
 * surroundings, starts nothing, and counts in safe integers, never in BigInt.
 *
 * `console` belongs to the rule `no-console`, packages to the rule `layers`.
 *
 * @module
 */

import { sourcePath, topFolder } from "./source_path.ts";
import { isReference, memberName } from "./syntax.ts";

/** Each global that `core` may not name, with what to do instead. */
const IMPURE: Readonly<Record<string, string>> = {
  Buffer: "Use a Uint8Array.",
  Date: "Take the time as an argument, in microseconds since the epoch.",
  Deno: "Let infra do it and pass the result in.",
  Temporal: "Take the time as an argument, in microseconds since the epoch.",
  Worker: "Let workers start it.",
  crypto: "Let infra compute it and pass the result in.",
  fetch: "Let infra fetch it and pass the result in.",
  globalThis: "Import what is needed by name.",
  navigator: "Pass in what is needed.",
  performance: "Take the time as an argument.",
  process: "Pass in what is needed.",
  queueMicrotask: "Return an action that the caller carries out.",
  self: "Import what is needed by name.",
  setImmediate: "Return an action that the caller carries out.",
  setInterval: "Take timer ticks as messages.",
  setTimeout: "Take timer ticks as messages.",
  window: "Import what is needed by name.",
};

/** The one file of core that may use BigInt: exact quotients of big integers, for reports only. */
export const BIGINT_FILE = "core/protocol/decimal.ts";

/**
 * The rule. It refuses the names themselves, also for variables of core's own: code that shadows
 * `performance` reads as if it used the clock.
 */
export const pureCore: Deno.lint.Rule = {
  create(context) {
    const path = sourcePath(context.filename);
    if (path === undefined || topFolder(path) !== "core") return {};

    const refuse = (node: Deno.lint.Node, what: string, hint: string): void =>
      context.report({ node, message: `${what} in core, which is pure`, hint });
    const refuseBigInt = (node: Deno.lint.Node, what: string): void => {
      if (path !== BIGINT_FILE) {
        refuse(node, what, "Prices, quantities and money are safe integers.");
      }
    };

    return {
      Identifier(node) {
        if (!isReference(node)) return;
        if (node.name === "BigInt") return refuseBigInt(node, "BigInt");
        const hint = Object.hasOwn(IMPURE, node.name) ? IMPURE[node.name] : undefined;
        if (hint === undefined) return;
        // Date.UTC is arithmetic on its arguments and reads no clock.
        const parent = node.parent;
        if (
          node.name === "Date" && parent.type === "MemberExpression" && memberName(parent) === "UTC"
        ) {
          return;
        }
        refuse(node, node.name, hint);
      },
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.object.name !== "Math") return;
        if (memberName(node) === "random") {
          refuse(node, "Math.random", "Take a seeded generator as an argument.");
        }
      },
      VariableDeclarator(node) {
        if (node.init?.type !== "Identifier" || node.init.name !== "Math") return;
        refuse(node, "Math taken apart", "Write Math.name, so that the use of random shows.");
      },
      Literal(node) {
        if (typeof node.value === "bigint") refuseBigInt(node, "a BigInt literal");
      },
      TSBigIntKeyword(node) {
        refuseBigInt(node, "the type bigint");
      },
    };
  },
};
