/**
 * The AsyncAPI 3.0 document of the feeds.
 *
 * @module
 */
import { HEARTBEAT_SECONDS } from "../../core/market_data/feed_messages.ts";
import { NamedSchemas } from "../openapi/named_schemas.ts";
import { INTERFACE_VERSION } from "../openapi/openapi_document.ts";
import type { DocumentPart } from "../openapi/operation_object.ts";
import { type ChannelDoc, CHANNELS, type MessageDoc, SUBJECT_PARAMETERS } from "./channels.ts";

const DESCRIPTION =
  "Market data and private reports over NATS, as JSON. Every message of a feed carries `sequence` " +
  "and `prevSequence`, the `sequence` of the message before it on the same feed. A subscriber " +
  "passes over what it has, and finds a gap where `prevSequence` is above what it has. A feed that " +
  `was quiet for ${HEARTBEAT_SECONDS} seconds says its last numbers again. Each feed exists in ` +
  "binary as well, with `bin` in the place of the last token.";

/**
 * Makes the document.
 *
 * @param natsServers URLs of the brokers that outsiders reach
 */
export function asyncApiDocument(natsServers: readonly string[]): DocumentPart {
  const schemas = new NamedSchemas("draft-07");
  const channels = CHANNELS.map((channel) => [channel.name, channelObject(channel)]);
  const all = CHANNELS.flatMap(({ messages, replies = [] }) => [...messages, ...replies]);
  const messages = all.map((message) => [message.name, messageObject(message, schemas)]);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "edgebook feeds",
      version: INTERFACE_VERSION,
      description: DESCRIPTION,
      license: { name: "Apache License 2.0" },
    },
    defaultContentType: "application/json",
    servers: Object.fromEntries(natsServers.map((url, index) => [`nats${index + 1}`, server(url)])),
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(CHANNELS.map(operationEntry)),
    components: {
      messages: Object.fromEntries(messages),
      schemas: schemas.written(),
      securitySchemes: {
        natsCredentials: {
          type: "asymmetricEncryption",
          description: "A NATS JWT and the nkey seed that signs the server's challenge: public " +
            "credentials for market data, or those of `POST /v1/stream-credentials`.",
        },
      },
    },
  };
}

function server(url: string): DocumentPart {
  const { host, protocol } = new URL(url);
  const transport = protocol.replace(":", "");
  return {
    host,
    protocol: transport,
    description: `NATS over ${transport}: ${url}`,
    security: [{ $ref: "#/components/securitySchemes/natsCredentials" }],
  };
}

function channelObject({ address, title, description, messages, replies = [] }: ChannelDoc) {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return {
    address,
    title,
    description,
    messages: Object.fromEntries(
      [...messages, ...replies].map(({ name }) => [
        name,
        { $ref: `#/components/messages/${name}` },
      ]),
    ),
    ...(names.length === 0 ? {} : {
      parameters: Object.fromEntries(names.map((name) => [name, SUBJECT_PARAMETERS[name]])),
    }),
  };
}

function messageObject({ name, summary, schema }: MessageDoc, schemas: NamedSchemas) {
  return {
    name,
    title: summary,
    contentType: "application/json",
    payload: schemas.reference(schemas.add(schema, name)),
  };
}

/** What the venue does on a channel: it sends, or it takes a request and replies. */
function operationEntry(channel: ChannelDoc): readonly [string, DocumentPart] {
  const { name, title, messages, replies } = channel;
  const at = { $ref: `#/channels/${name}` };
  const of = (list: readonly MessageDoc[]) =>
    list.map((message) => ({ $ref: `#/channels/${name}/messages/${message.name}` }));
  const capital = name.slice(0, 1).toUpperCase() + name.slice(1);
  if (replies === undefined) {
    const sending = { action: "send", channel: at, summary: title, messages: of(messages) };
    return [`send${capital}`, sending];
  }
  return [`answer${capital}`, {
    action: "receive",
    channel: at,
    summary: title,
    messages: of(messages),
    reply: {
      address: { location: "$message.header#/reply", description: "The reply subject of NATS." },
      channel: at,
      messages: of(replies),
    },
  }];
}
