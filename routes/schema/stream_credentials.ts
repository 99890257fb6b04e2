/**
 * Credentials for private streams, as `POST /v1/stream-token` answers them.
 *
 * @module
 */
import * as v from "valibot";
import { MicrosSchema } from "./fields.ts";

const subject = (what: string) => v.pipe(v.string(), v.description(what));

/** Answer of `POST /v1/stream-token`. */
export const StreamCredentialsSchema = v.pipe(
  v.strictObject({
    servers: v.pipe(v.array(v.string()), v.description("WebSocket URLs of NATS.")),
    credentials: v.pipe(v.string(), v.description("Text of a NATS credentials file. A secret.")),
    jwt: v.pipe(v.string(), v.description("The user's JWT, which is in `credentials` as well.")),
    seed: v.pipe(v.string(), v.description("The user's seed, likewise. A secret.")),
    inboxPrefix: v.pipe(
      v.string(),
      v.description("Where replies must go: `inboxPrefix` of clients."),
    ),
    subjects: v.strictObject({
      reports: subject("Reports of the account."),
      trades: subject("Trades of every instrument."),
      bbo: subject("Best prices of every instrument."),
      depth: subject("Changed levels of every instrument."),
      snapshot: subject("Requests for the state of an instrument."),
    }),
    expiresMicros: v.pipe(MicrosSchema, v.description("When the credentials end.")),
  }),
  v.title("StreamCredentials"),
);
/** See {@link StreamCredentialsSchema}. */
export type StreamCredentials = v.InferOutput<typeof StreamCredentialsSchema>;
