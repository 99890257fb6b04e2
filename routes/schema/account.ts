/**
 * What an account has and what it traded, as answers show it.
 *
 * @module
 */
import * as v from "valibot";
import {
  DecimalSchema,
  IdSchema,
  MicrosSchema,
  NextCursorSchema,
  ReflectedSequenceSchema,
  type Shown,
  SideSchema,
  SymbolSchema,
} from "./fields.ts";
import { FillSchema } from "./order.ts";

/** Answer of `GET /v1/balances`. */
export const BalancesSchema = v.pipe(
  v.strictObject({
    balances: v.array(v.pipe(
      v.strictObject({
        asset: v.string(),
        total: DecimalSchema,
        available: v.pipe(DecimalSchema, v.description("What new orders may use.")),
        held: v.pipe(DecimalSchema, v.description("What open orders have set aside.")),
      }),
      v.title("Balance"),
    )),
    sequence: ReflectedSequenceSchema,
  }),
  v.title("Balances"),
);
/** See {@link BalancesSchema}. */
export type Balances = Shown<v.InferOutput<typeof BalancesSchema>>;

/** A fill in the list of an account's fills. */
export const AccountFillSchema = v.pipe(
  v.strictObject({
    orderId: IdSchema,
    symbol: SymbolSchema,
    side: SideSchema,
    ...FillSchema.entries,
    timeMicros: MicrosSchema,
    sequence: v.pipe(IdSchema, v.description("Sequence of the event that the fill was.")),
  }),
  v.title("AccountFill"),
);
/** See {@link AccountFillSchema}. */
export type AccountFill = Shown<v.InferOutput<typeof AccountFillSchema>>;

/** Answer of `GET /v1/fills`. */
export const FillPageSchema = v.pipe(
  v.strictObject({
    items: v.pipe(v.array(AccountFillSchema), v.description("Newest first.")),
    nextCursor: NextCursorSchema,
    sequence: ReflectedSequenceSchema,
  }),
  v.title("FillPage"),
);
/** See {@link FillPageSchema}. */
export type FillPage = Shown<v.InferOutput<typeof FillPageSchema>>;

/** Answer of `POST /v1/stream-credentials`. */
export const StreamCredentialsSchema = v.pipe(
  v.strictObject({
    servers: v.pipe(v.array(v.string()), v.description("URLs of NATS, for WebSockets.")),
    credentials: v.pipe(
      v.string(),
      v.description("A NATS credentials file: `jwt` and `seed` in one text. A secret."),
    ),
    jwt: v.string(),
    seed: v.pipe(v.string(), v.description("Signs the server's challenge. A secret.")),
    inboxPrefix: v.pipe(
      v.string(),
      v.description("The only prefix under which these credentials may get replies."),
    ),
    subjects: v.pipe(
      v.strictObject({
        reports: v.string(),
        trades: v.string(),
        bbo: v.string(),
        depth: v.string(),
        snapshot: v.string(),
      }),
      v.description("What to subscribe to; `snapshot` is for requests."),
    ),
    expiresMicros: MicrosSchema,
  }),
  v.title("StreamCredentials"),
);
/** See {@link StreamCredentialsSchema}. */
export type StreamCredentials = Shown<v.InferOutput<typeof StreamCredentialsSchema>>;
