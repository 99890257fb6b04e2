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
