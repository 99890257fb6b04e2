/**
 * One operation in the reference: what it takes, what it answers, and how it is called.
 *
 * @module
 */
import { type DescribedEndpoint, documentedPath } from "../openapi/described_endpoint.ts";
import type { JsonSchema } from "../openapi/named_schemas.ts";
import { problemsOf } from "../openapi/operation_problems.ts";
import type { AnswerDoc, BodyDoc, ParameterDoc } from "../operation.ts";
import type { CataloguedProblem } from "../problems/catalogue/problem_catalogue.ts";
import { compactJson } from "./compact_json.ts";
import { exampleCommand } from "./example_request.ts";
import { type Markup, markup, type Part } from "./markup.ts";
import { methodMark } from "./page.ts";
import { inline, prose } from "./prose.ts";
import { schemaTable } from "./schema_table.ts";

/** The schema of a body. */
export type SchemaOf = (body: BodyDoc) => JsonSchema | null;

/** The section of an endpoint. */
export function operationSection(described: DescribedEndpoint, schemaOf: SchemaOf): Markup {
  const { spec, operation } = described;
  const { id, summary, description, parameters = [], body, answers } = operation;
  const scope = spec.scope === null ? "public" : `scope: ${spec.scope}`;
  return markup`<section class="operation" id="${id}">
<h3>${summary}</h3>
<div class="endpoint">${methodMark(spec.method)}<span class="path">${documentedPath(spec)}</span>
<span class="marks"><span class="mark">${scope}</span><span class="mark">weight: ${spec.weight}</span></span></div>
<div class="split"><div>
${description === undefined ? null : prose(description)}
${parameters.length === 0 ? null : parameterTable(parameters)}
${body === undefined ? null : markup`<h4>Body</h4>${bodyTable(body, schemaOf)}`}
<h4>Answers</h4>
${answers.map((answer) => answerPart(answer, schemaOf))}
<h4>Problems</h4>
${problemPart(problemsOf(described))}
</div><div class="examples">
<h4>Example</h4>
<pre><code>${exampleCommand(described)}</code></pre>
${answers.map((answer, index) => exampleAnswer(answer, index === 0))}
</div></div>
</section>`;
}

function parameterTable(parameters: readonly ParameterDoc[]): Markup {
  const rows = parameters.map(({ name, in: place, description, isRequired = false }) => {
    const isNeeded = isRequired || place === "path";
    return markup`<tr><td><span class="name">${name}</span>${
      isNeeded ? null : markup` <span class="mark">optional</span>`
    }<span class="kind">${place}</span></td><td>${inline(description)}</td></tr>`;
  });
  return markup`<h4>Parameters</h4><div class="table"><table>
<thead><tr><th>Parameter</th><th>Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function bodyTable(body: BodyDoc, schemaOf: SchemaOf): Part {
  const schema = schemaOf(body);
  if (schema !== null) return schemaTable(schema);
  return markup`<p><code>${body.contentType}</code>, as the text above says.</p>`;
}

function answerPart({ status, description, body }: AnswerDoc, schemaOf: SchemaOf): Markup {
  const head = markup`<span class="status">${status}</span>${inline(description)}`;
  const table = body === null || body.schema === null ? null : bodyTable(body, schemaOf);
  return table === null
    ? markup`<p>${head}</p>`
    : markup`<details class="more"><summary>${head}</summary>${table}</details>`;
}

function problemPart(problems: ReadonlyMap<number, readonly CataloguedProblem[]>): Part {
  return [...problems].map(([status, some]) =>
    markup`<ul class="codes"><li><span class="status">${status}</span></li>${
      some.map(({ code, title }) =>
        markup`<li><a href="/errors/${code}" title="${title}">${code}</a></li>`
      )
    }</ul>`
  );
}

function exampleAnswer({ status, body }: AnswerDoc, isFirst: boolean): Part {
  if (body === null) return null;
  const { example } = body;
  if (example === "") return null;
  const text = typeof example === "string" ? example : compactJson(example);
  const block = markup`<pre><code>${text}</code></pre>`;
  return isFirst
    ? markup`<h4>Answer ${status}</h4>${block}`
    : markup`<details class="more"><summary>Answer ${status}</summary>${block}</details>`;
}
