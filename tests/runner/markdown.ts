/**
 * Reads what a Markdown text refers to, so that it can be checked.
 *
 * @module
 */

const FENCE = /^(```|~~~)[\s\S]*?^\1.*$/gm;
const CODE = /`[^`\n]*`/g;
const LINK = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const DEFINITION = /^\[[^\]]+\]:\s+<?(\S+?)>?\s*$/gm;
const HEADING = /^#{1,6}\s+(.+?)\s*#*$/gm;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const TASK = /\bdeno task ([a-z][a-z0-9_-]*(?::[a-z0-9_-]+)*)/g;

/** The targets of links that lead to files of the project or to headings, as they are written. */
export function relativeLinks(markdown: string): string[] {
  const prose = markdown.replaceAll(FENCE, "").replaceAll(CODE, "");
  return [...prose.matchAll(LINK), ...prose.matchAll(DEFINITION)]
    .map((match) => match[1] ?? "")
    .filter((target) => !SCHEME.test(target) && !target.startsWith("//"));
}

/** The anchors that the headings of a text get, as GitHub makes them. */
export function headingAnchors(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of markdown.replaceAll(FENCE, "").matchAll(HEADING)) {
    const base = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    let anchor = base;
    for (let copy = 1; anchors.has(anchor); copy++) anchor = `${base}-${copy}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The names of the tasks that a text tells its reader to run, in prose and in code. */
export function namedTasks(text: string): string[] {
  return [...new Set([...text.matchAll(TASK)].map((match) => match[1] ?? ""))];
}
