/**
 * `GET /reference`: the whole interface on one page, made of the operations, the feeds and the
 * catalogue of errors.
 *
 * @module
 */
import { CHANNELS } from "../asyncapi/channels.ts";
import type { DescribedEndpoint } from "../openapi/described_endpoint.ts";
import { type JsonSchema, NamedSchemas } from "../openapi/named_schemas.ts";
import { OPERATION_GROUPS, type Schema } from "../operation.ts";
import { CATALOGUE } from "../problems/catalogue/problem_catalogue.ts";
import { ProblemSchema } from "../schema/problem.ts";
import { problemTable } from "./errors_section.ts";
import { feedsSection } from "./feeds_section.ts";
import { guide, GUIDE_LINKS } from "./guide.ts";
import { markup, type Part } from "./markup.ts";
import { operationSection } from "./operation_section.ts";
import { methodMark, type NavigationGroup, page } from "./page.ts";
import { schemaTable, typeAnchor } from "./schema_table.ts";

/** Makes the page. */
export function referencePage(endpoints: readonly DescribedEndpoint[]): string {
  const types = new TypesOfPage(endpoints);
  const groups = OPERATION_GROUPS.map((title) => ({
    title,
    members: endpoints.filter(({ operation }) => operation.group === title),
  })).filter(({ members }) => members.length > 0);
  const operations = groups.map(({ title, members }) =>
    markup`<div class="group"><h2 id="${title.replaceAll(" ", "-")}">${title}</h2>${
      members.map((one) =>
        operationSection(one, ({ schema }) => schema === null ? null : types.of(schema))
      )
    }</div>`
  );
  const errors = CATALOGUE.map(({ title, problems }) =>
    markup`<details class="more"><summary>${title}</summary>${problemTable(problems)}</details>`
  );
  const content: Part = [
    guide(),
    operations,
    feedsSection((schema) => types.of(schema)),
    markup`<h2 id="types">Types</h2>${types.sections()}`,
    markup`<h2 id="errors">Errors</h2>
<p>By the stage that meets the problem; <a href="/errors">a page of their own</a> has them all.</p>${errors}`,
  ];
  const navigation: NavigationGroup[] = [
    { title: "Start", links: GUIDE_LINKS },
    ...groups.map(({ title, members }) => ({
      title,
      links: members.map(({ spec, operation }) => ({
        href: `#${operation.id}`,
        label: [methodMark(spec.method), markup`<span>${operation.summary}</span>`],
      })),
    })),
    {
      title: "Feeds",
      links: CHANNELS.map(({ name, address }) => ({ href: `#feed-${name}`, label: address })),
    },
    {
      title: "More",
      links: [
        { href: "#types", label: "Types" },
        { href: "#errors", label: "Errors" },
        { href: "/openapi.json", label: "openapi.json" },
        { href: "/asyncapi.json", label: "asyncapi.json" },
      ],
    },
  ];
  return page("edgebook reference", navigation, content);
}

/** The schemas of everything on the page, by their names. */
class TypesOfPage {
  readonly #names = new Map<Schema, string>();
  readonly #written: Readonly<Record<string, JsonSchema>>;

  constructor(endpoints: readonly DescribedEndpoint[]) {
    const schemas = new NamedSchemas("draft-2020-12");
    const add = (schema: Schema | null | undefined, name: string, isClosed: boolean) => {
      if (schema === null || schema === undefined) return;
      this.#names.set(schema, schemas.add(schema, name, isClosed));
    };
    add(ProblemSchema, "Problem", false);
    for (const { operation: { id, body, answers } } of endpoints) {
      add(body?.schema, `${id} request`, true);
      for (const answer of answers) add(answer.body?.schema, `${id} ${answer.status}`, false);
    }
    for (const { messages, replies = [] } of CHANNELS) {
      for (const { name, schema } of [...messages, ...replies]) add(schema, name, false);
    }
    this.#written = schemas.written();
  }

  /** The schema of a body or a message. */
  of(schema: Schema): JsonSchema {
    const written = this.#written[this.#names.get(schema) ?? ""];
    if (written === undefined) throw new TypeError("the schema is not on the page");
    return written;
  }

  /** A section for each. */
  sections(): Part {
    return Object.entries(this.#written).map(([name, schema]) =>
      // A link to what stands within opens it.
      markup`<details class="more"><summary><code>${name}</code></summary><div id="${
        typeAnchor(name)
      }">${schemaTable(schema)}</div></details>`
    );
  }
}
