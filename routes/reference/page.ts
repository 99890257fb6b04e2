/**
 * The frame of every page: head, navigation, and what a browser may do with it.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { HeaderFields } from "../reply.ts";
import { Markup, markup, type Part } from "./markup.ts";
import { SCRIPT, STYLE } from "./style.ts";

/** Media type of a page. */
export const HTML_TYPE = "text/html; charset=utf-8";

const hashOf = (text: string): string =>
  `'sha256-${btoa(String.fromCharCode(...sha256(utf8ToBytes(text))))}'`;

/** The pages load nothing, send nothing, and run only what stands in them. */
export const PAGE_HEADERS: HeaderFields = [
  [
    "content-security-policy",
    `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ["referrer-policy", "no-referrer"],
];

/** A part of the navigation. */
export interface NavigationGroup {
  readonly title: string;
  readonly links: readonly { readonly href: string; readonly label: Part }[];
}

/** A whole page. */
export function page(title: string, groups: readonly NavigationGroup[], content: Part): string {
  const navigation = groups.map((group) =>
    markup`<h2>${group.title}</h2><ul>${
      group.links.map(({ href, label }) => markup`<li><a href="${href}">${label}</a></li>`)
    }</ul>`
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<div class="layout">
<aside class="side">
<a class="brand" href="/reference">edgebook<small>reference</small></a>
<details class="menu" open><summary>Contents</summary><nav aria-label="Contents">${navigation}</nav></details>
</aside>
<main>${content}</main>
</div>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

/** The name of a method in its colour. */
export const methodMark = (method: string): Markup =>
  markup`<span class="method ${method.toLowerCase()}">${method}</span>`;
