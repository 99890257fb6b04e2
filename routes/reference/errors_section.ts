/**
 * The catalogue of errors: as a table in the reference, as a page, and a page a code.
 *
 * @module
 */
import { type DescribedEndpoint, documentedPath } from "../openapi/described_endpoint.ts";
import { problemsOf } from "../openapi/operation_problems.ts";
import {
  CATALOGUE,
  type CataloguedProblem,
  cataloguedProblem,
} from "../problems/catalogue/problem_catalogue.ts";
import { type Markup, markup } from "./markup.ts";
import { methodMark, type NavigationGroup, page } from "./page.ts";
import { inline } from "./prose.ts";

const stageAnchor = (title: string): string => title.toLowerCase().replaceAll(" ", "-");

const NAVIGATION: readonly NavigationGroup[] = [
  {
    title: "Errors by stage",
    links: CATALOGUE.map(({ title }) => ({ href: `/errors#${stageAnchor(title)}`, label: title })),
  },
  { title: "See also", links: [{ href: "/reference", label: "Reference" }] },
];

/** The page with all codes. */
export function errorsPage(): string {
  const stages = CATALOGUE.map(({ title, problems }) =>
    markup`<h2 id="${stageAnchor(title)}">${title}</h2>${problemTable(problems)}`
  );
  return page(
    "Errors · edgebook",
    NAVIGATION,
    markup`<h1>Errors</h1>
<p class="lead">Every refusal is a problem (RFC 9457) with a stable <code>code</code>. This is what each
one means, and what to do.</p>
<p>Repeat a command only with the same client order id or <code>Idempotency-Key</code>: then it is done
once, whatever happened to the first one.</p>${stages}`,
  );
}

/** The page of a code; `null` where there is no such code. */
export function errorPage(code: string, endpoints: readonly DescribedEndpoint[]): string | null {
  const problem = cataloguedProblem(code);
  if (problem === undefined) return null;
  const { status, title, meaning, remedy, retryAfterSeconds } = problem;
  const those = endpoints.filter((one) =>
    problemsOf(one).get(status)?.some((other) => other.code === code)
  );
  const links = those.map(({ spec, operation }) =>
    markup`<li>${methodMark(spec.method)} <a href="/reference#${operation.id}">${
      documentedPath(spec)
    }</a></li>`
  );
  const content = markup`<h1><code>${code}</code></h1>
<p class="lead">${title}.</p>
<dl class="facts">
<dt>Status</dt><dd>${status}</dd>
<dt>Type</dt><dd><code>urn:edgebook:problem:${code}</code></dd>
${
    retryAfterSeconds === 0
      ? null
      : markup`<dt>Retry-After</dt><dd>${retryAfterSeconds} s, or what the answer says</dd>`
  }
</dl>
<h2>What it means</h2><p>${inline(meaning)}</p>
<h2>What to do</h2><p>${inline(remedy)}</p>
${those.length === 0 ? null : markup`<h2>Where it may come</h2><ul>${links}</ul>`}`;
  return page(`${code} · edgebook`, NAVIGATION, content);
}

/** Some codes, a row each. */
export function problemTable(problems: readonly CataloguedProblem[]): Markup {
  const rows = problems.map(({ code, status, meaning, remedy, retryAfterSeconds }) =>
    markup`<tr><td><a class="name" href="/errors/${code}">${code}</a><span class="kind">${status}${
      retryAfterSeconds === 0 ? null : " · Retry-After"
    }</span></td><td>${inline(meaning)}</td><td>${inline(remedy)}</td></tr>`
  );
  return markup`<div class="table stacked"><table>
<thead><tr><th>Code</th><th>Means</th><th>Do</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
