/**
 * The feeds in the reference: subjects, and the messages on them.
 *
 * @module
 */
import { type ChannelDoc, CHANNELS, SUBJECT_PARAMETERS } from "../asyncapi/channels.ts";
import type { JsonSchema } from "../openapi/named_schemas.ts";
import type { Schema } from "../operation.ts";
import { type Markup, markup } from "./markup.ts";
import { inline } from "./prose.ts";
import { schemaTable } from "./schema_table.ts";

/** The section. */
export function feedsSection(schemaOf: (schema: Schema) => JsonSchema): Markup {
  const parameters = Object.entries(SUBJECT_PARAMETERS).map(([name, parameter]) =>
    markup`<dt><code>{${name}}</code></dt><dd>${inline(parameter.description)} ${
      parameter.enum?.map((value) => markup`<code>${value}</code> `)
    }</dd>`
  );
  return markup`<h2 id="feeds">Feeds</h2>
<p>NATS subjects, as JSON. Each feed of the market exists in binary as well, with <code>bin</code> in the
place of <code>json</code>.</p>
<dl class="facts">${parameters}</dl>
${CHANNELS.map((channel) => channelPart(channel, schemaOf))}`;
}

function channelPart(
  { name, address, title, description, messages, replies }: ChannelDoc,
  schemaOf: (schema: Schema) => JsonSchema,
): Markup {
  const all = [...messages, ...(replies ?? [])];
  return markup`<section class="operation" id="feed-${name}">
<h3>${title}</h3>
<div class="endpoint"><span class="path">${address}</span><span class="marks"><span class="mark">${
    replies === undefined ? "subscribe" : "request"
  }</span></span></div>
<p>${inline(description)}</p>
${
    all.map(({ summary, schema }) =>
      markup`<details class="more"><summary>${all.length === 1 ? "Message" : summary}</summary>${
        schemaTable(schemaOf(schema))
      }</details>`
    )
  }
</section>`;
}
