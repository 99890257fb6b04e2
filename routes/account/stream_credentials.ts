/**
 * `POST /v1/stream-token`, also called `POST /v1/stream-credentials`: short-lived NATS credentials for the account's own reports and the
 * public market data.
 *
 * The account is noted in the LISTENERS bucket first: reports are published only for accounts that
 * somebody listens to. All credentials live equally long, so that a later note never shortens an
 * earlier one.
 *
 * @module
 */
import {
  marketDataSubject,
  reportsSubject,
  snapshotSubject,
} from "../../core/protocol/subjects.ts";
import { mintAppUser } from "../../infra/nats/mint.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type StreamCredentials, StreamCredentialsSchema } from "../schema/stream_credentials.ts";
import { LISTENING_SECONDS } from "../streams/listener_notes.ts";

const MICROS_PER_SECOND = 1_000_000;

const operation: Omit<Operation, "id"> = {
  group: "Streams",
  summary: "Short-lived NATS credentials for the account's own reports and market data",
  description: "They live for an hour and can only listen. All credentials of an account live " +
    "equally long; ask for new ones before they end.",
  answers: [{
    status: 201,
    description: "The credentials, this once.",
    body: {
      schema: StreamCredentialsSchema,
      example: {
        servers: ["ws://127.0.0.1:8443"],
        credentials: "-----BEGIN NATS USER JWT-----...",
        jwt: "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ...",
        seed: "SU...",
        inboxPrefix: "_INBOX.app.UABC",
        subjects: {
          reports: "user.1.reports",
          trades: "md.*.trades.json",
          bbo: "md.*.bbo.json",
          depth: "md.*.depth.json",
          snapshot: "md.snapshot.<symbol>",
        },
        expiresMicros: 1_700_003_600_000_000,
      } satisfies StreamCredentials,
    },
  }],
  problems: [EdgeCode.streamsNotConfigured, EdgeCode.streamsUnavailable],
};

const shared = { method: "POST", scope: "read", weight: 20, handle: mintCredentials } as const;

/** The endpoint by both of its names. */
export const streamCredentialsEndpoints: readonly EndpointSpec[] = [
  { ...shared, path: "/v1/stream-token", operation: { ...operation, id: "createStreamToken" } },
  {
    ...shared,
    path: "/v1/stream-credentials",
    operation: {
      ...operation,
      id: "createStreamCredentials",
      description: `${operation.description} The same as \`POST /v1/stream-token\`, under its ` +
        "older name.",
    },
  },
];

async function mintCredentials(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const { deps, identity, nowMicros } = exchange;
  const { appSigner, natsServers } = deps.settings;
  if (appSigner === null) return new Problem(EdgeCode.streamsNotConfigured);
  const { account } = identity;
  const nowMillis = Math.floor(nowMicros / 1_000);
  const user = await mintAppUser(appSigner, account, LISTENING_SECONDS, nowMillis);
  const expiresMicros = user.expiresSeconds * MICROS_PER_SECOND;
  try {
    await exchange.backend.listeners.put(String(account), JSON.stringify({ expiresMicros }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    deps.log("warn", `request ${exchange.requestId}: listener was not noted: ${reason}`);
    return new Problem(EdgeCode.streamsUnavailable);
  }
  return jsonReply(201, {
    servers: natsServers,
    credentials: user.creds,
    jwt: user.jwt,
    seed: user.seed,
    inboxPrefix: `_INBOX.app.${user.publicKey}`,
    subjects: {
      reports: reportsSubject(account),
      trades: marketDataSubject("*", "trades"),
      bbo: marketDataSubject("*", "bbo"),
      depth: marketDataSubject("*", "depth"),
      snapshot: snapshotSubject("<symbol>"),
    },
    expiresMicros,
  });
}
