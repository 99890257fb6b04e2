import assert from "node:assert/strict";
import { Markup, markup } from "../../../routes/reference/markup.ts";
import { inline, prose } from "../../../routes/reference/prose.ts";

Deno.test("what is put into a template is text, and what is markup stays it", () => {
  const evil = `<img src=x onerror="alert('&')">`;
  const { text } = markup`<p title="${evil}">${[
    evil,
    new Markup("<b>bold</b>"),
    3,
    null,
    false,
  ]}</p>`;
  const harmless = "&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;";
  assert.equal(text, `<p title="${harmless}">${harmless}<b>bold</b>3</p>`);
});

Deno.test("prose has paragraphs, lists, code and blocks of code", () => {
  assert.equal(inline("a `b < c` d").text, "a <code>b &lt; c</code> d");
  assert.equal(
    prose("One\n`x`\n\n- a\n- b\n\n```sh\n<c>\n  d\n```\n\nEnd").text,
    "<p>One\n<code>x</code></p><ul><li>a</li><li>b</li></ul>" +
      "<pre><code>&lt;c&gt;\n  d</code></pre><p>End</p>",
  );
});
