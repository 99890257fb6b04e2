/**
 * Runs the lint plugin over a piece of source, for the tests of its rules.
 *
 * @module
 */

import plugin from "../../../infra/lint/plugin.ts";

/** The messages of one rule for `source`, as if it stood in the project's file `path`. */
export function messagesOf(rule: string, path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source)
    .filter((found) => found.id === `edgebook/${rule}`)
    .map((found) => found.message);
}
