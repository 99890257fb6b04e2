/**
 * The little of Markdown that descriptions use, as HTML: paragraphs, lists, blocks of code, and code
 * in a line.
 *
 * @module
 */
import { Markup, markup, type Part } from "./markup.ts";

const FENCE = "```";

/** Several paragraphs. */
export function prose(text: string): Markup {
  const blocks: Part[] = [];
  // Every other part is the inside of a block of code.
  text.split(FENCE).forEach((part, index) => {
    if (index % 2 === 1) {
      blocks.push(markup`<pre><code>${part.replace(/^\w*\n/, "").trimEnd()}</code></pre>`);
      return;
    }
    for (const paragraph of part.split(/\n\n+/)) {
      const words = paragraph.trim();
      if (words !== "") blocks.push(block(words));
    }
  });
  return markup`${blocks}`;
}

/** Text within a line. */
export function inline(text: string): Markup {
  const parts = text.split("`").map((part, index) =>
    index % 2 === 1 ? markup`<code>${part}</code>` : part
  );
  return markup`${parts}`;
}

function block(words: string): Markup {
  if (!words.startsWith("- ")) return markup`<p>${inline(words)}</p>`;
  const items = words.slice(2).split(/\n- /);
  return markup`<ul>${items.map((item) => markup`<li>${inline(item)}</li>`)}</ul>`;
}
