/**
 * JSON as a person would write it: what is short stands on one line.
 *
 * @module
 */

/** Longest value that stands on a line of its own. */
const LINE_LENGTH_MAX = 60;
const INDENT = "  ";

/** A value as text. O(size x depth). */
export function compactJson(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = indent + INDENT;
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const parts = isList
    ? value.map((item) => compactJson(item, inner))
    : Object.entries(value).map(([name, item]) =>
      `${JSON.stringify(name)}: ${compactJson(item, inner)}`
    );
  if (parts.length === 0) return `${open}${close}`;
  const line = isList ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (line.length <= LINE_LENGTH_MAX && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}
