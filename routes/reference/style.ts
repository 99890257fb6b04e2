/**
 * How the pages look. No fonts, pictures or scripts of others: they are whole by themselves.
 *
 * @module
 */

/** The style sheet of every page. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fff; --panel: #f6f7f9; --line: #e2e5ea; --text: #1a1f27; --soft: #59636f;
  --link: #0b57c4; --code: #f0f2f5; --shell: #10151d; --shell-text: #dde4ee;
  --get: #0a6b52; --post: #0b57c4; --patch: #8a5a00; --delete: #b3261e;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, monospace;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1319; --panel: #151a22; --line: #2a313c; --text: #e4e8ee; --soft: #98a3b1;
    --link: #79b0ff; --code: #1d242e; --shell: #090c11; --shell-text: #d5dde8;
    --get: #4cc9a0; --post: #79b0ff; --patch: #e2b04a; --delete: #ff8a80;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.6 var(--sans); }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre, .path { font-family: var(--mono); font-size: 0.875em; }
p code, li code, td code, dd code { background: var(--code); padding: 0.1em 0.35em; border-radius: 4px; overflow-wrap: anywhere; }
pre { position: relative; margin: 0.75rem 0; padding: 0.9rem 1rem; background: var(--shell); color: var(--shell-text);
  border-radius: 8px; overflow-x: auto; line-height: 1.5; font-size: 13px; tab-size: 2; }
pre code { font-size: inherit; }
.layout { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); }
.side { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem 3rem 1.5rem;
  background: var(--panel); border-right: 1px solid var(--line); font-size: 14px; }
.brand { display: block; font-weight: 700; font-size: 1.15rem; color: var(--text); letter-spacing: -0.01em; }
.brand small { font-weight: 400; color: var(--soft); font-size: 0.8rem; margin-left: 0.4rem; }
.side h2 { margin: 1.4rem 0 0.3rem; font-size: 0.72rem; letter-spacing: 0.07em; text-transform: uppercase; color: var(--soft); }
.side ul { list-style: none; margin: 0; padding: 0; }
.side li a { display: flex; gap: 0.5rem; align-items: baseline; padding: 0.2rem 0.4rem; margin-left: -0.4rem;
  border-radius: 5px; color: var(--text); line-height: 1.35; overflow-wrap: anywhere; }
.side li a:hover { background: var(--line); text-decoration: none; }
.side summary { cursor: pointer; }
.menu > summary { display: none; }
main { padding: 2.5rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 84rem; }
h1 { font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 0.75rem; }
main h2 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; margin: 4rem 0 0.75rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
main h3 { font-size: 1.15rem; line-height: 1.35; margin: 0 0 0.4rem; letter-spacing: -0.01em; }
h4 { margin: 1.4rem 0 0.3rem; font-size: 0.78rem; letter-spacing: 0.05em; text-transform: uppercase; color: var(--soft); }
main p, main ul, dl { max-width: 46rem; margin: 0.6rem 0; }
main ul { padding-left: 1.2rem; }
.lead { font-size: 1.1rem; color: var(--soft); }
.method { font: 600 0.7rem/1 var(--mono); flex: none; text-transform: uppercase; }
.side .method { width: 3.1rem; font-size: 0.62rem; }
.get { color: var(--get); } .post { color: var(--post); } .patch { color: var(--patch); } .delete { color: var(--delete); }
.endpoint { display: flex; flex-wrap: wrap; gap: 0.4rem 0.75rem; align-items: center; margin: 0.2rem 0 0.6rem;
  padding: 0.55rem 0.8rem; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.endpoint .method { font-size: 0.85rem; } .endpoint .path { font-weight: 600; overflow-wrap: anywhere; }
.marks { display: flex; gap: 0.4rem; margin-left: auto; }
.mark { font-size: 0.75rem; padding: 0.1rem 0.5rem; border: 1px solid var(--line); border-radius: 99px; color: var(--soft); background: var(--ground); white-space: nowrap; }
.operation { padding: 2.2rem 0 1.6rem; border-top: 1px solid var(--line); }
.group > .operation:first-of-type { border-top: 0; padding-top: 0.8rem; }
.split { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 0 2.5rem; }
.split > .examples { align-self: start; position: sticky; top: 1rem; }
.examples h4:first-child { margin-top: 0.4rem; }
.table { overflow-x: auto; margin: 0.4rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; line-height: 1.45; }
th { text-align: left; font-weight: 600; font-size: 0.78rem; color: var(--soft); border-bottom: 1px solid var(--line); padding: 0.3rem 0.8rem 0.3rem 0; }
td { vertical-align: top; border-bottom: 1px solid var(--line); padding: 0.45rem 0.8rem 0.45rem 0; }
td:last-child, th:last-child { padding-right: 0; }
td .name { font: 600 0.86em var(--mono); white-space: nowrap; }
td .kind { display: block; color: var(--soft); font: 0.8em var(--mono); overflow-wrap: anywhere; }
.must { color: var(--delete); font: 600 0.7rem var(--sans); margin-left: 0.35rem; }
details.more { margin: 0.5rem 0; border: 1px solid var(--line); border-radius: 8px; padding: 0 0.9rem; }
details.more > summary { cursor: pointer; padding: 0.5rem 0; font-size: 0.92rem; }
details.more[open] > summary { border-bottom: 1px solid var(--line); margin-bottom: 0.4rem; }
.status { font: 600 0.85rem var(--mono); margin-right: 0.5rem; }
.codes { display: flex; flex-wrap: wrap; gap: 0.3rem 0.4rem; list-style: none; padding: 0 !important; margin: 0.35rem 0 0.6rem !important; }
.codes a { font: 0.8rem var(--mono); padding: 0.12rem 0.45rem; border-radius: 5px; background: var(--code); display: inline-block; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.2rem; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; }
.copy { position: absolute; top: 0.45rem; right: 0.45rem; font: 0.72rem var(--sans); color: var(--shell-text);
  background: #222a36; border: 1px solid #3a4454; border-radius: 5px; padding: 0.15rem 0.5rem; cursor: pointer; }
@media (max-width: 72rem) {
  .split { grid-template-columns: minmax(0, 1fr); } .split > .examples { position: static; }
}
@media (max-width: 52rem) {
  .layout { display: block; }
  .side { position: static; height: auto; padding: 0.9rem 1rem; border-right: 0; border-bottom: 1px solid var(--line); }
  .menu > summary { display: block; padding: 0.5rem 0 0; color: var(--link); }
  .menu:not([open]) > nav { display: none; }
  .side li a { padding: 0.45rem 0.4rem; }
  main { padding-top: 1.5rem; } h1 { font-size: 1.7rem; }
  .marks { margin-left: 0; } pre { font-size: 12.5px; } pre:has(.copy) { padding-top: 2.2rem; }
}
@media (max-width: 40rem) {
  .stacked table, .stacked tbody, .stacked tr, .stacked td { display: block; }
  .stacked thead { display: none; }
  .stacked td { border: 0; padding: 0 0 0.35rem; }
  .stacked tr { border-bottom: 1px solid var(--line); padding: 0.6rem 0 0.3rem; }
}
@media print { .side, .copy { display: none; } .layout { display: block; } pre { white-space: pre-wrap; } }
`.trim();

/** Adds a button to each block of code; without scripts the pages lack nothing else. */
export const SCRIPT = `
document.querySelector(".menu").open = matchMedia("(min-width: 52.01rem)").matches;
if (navigator.clipboard) for (const block of document.querySelectorAll("pre")) {
  const button = document.createElement("button");
  button.className = "copy";
  button.textContent = "Copy";
  button.onclick = async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => button.textContent = "Copy", 1500);
  };
  block.append(button);
}
`.trim();
