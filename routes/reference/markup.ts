/**
 * HTML out of templates: whatever is put in is escaped, unless it is HTML itself.
 *
 * @module
 */

/** A piece of HTML that may stand in a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may be put into a template; nothing comes of `null`, `undefined` and `false`. */
export type Part = Markup | string | number | null | undefined | false | readonly Part[];

/**
 * The tag of templates.
 *
 * @example
 * ```ts
 * import { markup } from "./markup.ts";
 * console.log(markup`<p>${"a < b"}</p>`.text); // <p>a &lt; b</p>
 * ```
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0] ?? "";
  parts.forEach((part, index) => text += written(part) + (strings[index + 1] ?? ""));
  return new Markup(text);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML. */
export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return part.map(written).join("");
}
