/**
 * An account: what it is, what it pays, what it may ask for.
 *
 * @module
 */
import * as v from "valibot";
import { DecimalSchema, IdSchema, SymbolSchema } from "./fields.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const tier = v.pipe(
  v.nullable(v.string()),
  v.description("Set of limits that the key has; `null`: the deployment's own."),
);

/** Answer of `GET /v1/account`. */
export const AccountSchema = v.pipe(
  v.strictObject({
    account: v.pipe(IdSchema, v.description("Its number.")),
    enabled: v.pipe(v.boolean(), v.description("Whether it may trade. Cancels are always taken.")),
    tradeGroup: v.pipe(
      v.nullable(IdSchema),
      v.description("Accounts of one group belong to one owner, and do not trade with each other."),
    ),
    openOrders: count,
    openOrdersMax: v.pipe(count, v.description("As many as it may have open.")),
    feeTier: v.pipe(
      v.literal("standard"),
      v.description("There is one: fees are those of the instrument."),
    ),
    limitTier: tier,
    scopes: v.pipe(v.array(v.string()), v.description("What the key or token may be used for.")),
    sequence: IdSchema,
  }),
  v.title("Account"),
);
/** See {@link AccountSchema}. */
export type Account = v.InferOutput<typeof AccountSchema>;

/** Answer of `GET /v1/fees`. */
export const FeesSchema = v.pipe(
  v.strictObject({
    feeTier: v.literal("standard"),
    fees: v.array(v.strictObject({
      symbol: SymbolSchema,
      makerFeeRate: v.pipe(DecimalSchema, v.description("Part of the notional, of what rested.")),
      takerFeeRate: v.pipe(DecimalSchema, v.description("Part of the notional, of what came.")),
      feeAsset: v.pipe(v.string(), v.description("The quote asset, in which fees are paid.")),
    })),
  }),
  v.title("Fees"),
);
/** See {@link FeesSchema}. */
export type Fees = v.InferOutput<typeof FeesSchema>;

/** A limit as it stands. */
export const LimitSchema = v.pipe(
  v.strictObject({
    policy: v.pipe(v.string(), v.description("As in `RateLimit` and `RateLimit-Policy`.")),
    limit: v.pipe(count, v.description("Units when nothing was used.")),
    unitsPerSecond: v.pipe(count, v.description("Units that come back in a second.")),
    windowSeconds: v.pipe(count, v.description("Seconds in which all come back.")),
  }),
  v.title("Limit"),
);

/** What is left for the requests of some kinds. */
export const KindLimitsSchema = v.pipe(
  v.strictObject({
    kind: v.picklist(["cancel", "amend", "order", "read"]),
    limits: v.pipe(v.array(LimitSchema), v.description("All of them have to have room.")),
    decidedBy: v.pipe(v.string(), v.description("The one with least left.")),
    remaining: v.pipe(count, v.description("Units left there, this request deducted.")),
    resetSeconds: v.pipe(count, v.description("Seconds until all are as good as new.")),
  }),
  v.title("KindLimits"),
);

/** Answer of `GET /v1/limits`. */
export const LimitsSchema = v.pipe(
  v.strictObject({
    tier,
    kinds: v.array(KindLimitsSchema),
    degraded: v.pipe(
      v.boolean(),
      v.description(
        "Whether this gateway decides by its own share, for the shared counters are lost.",
      ),
    ),
  }),
  v.title("Limits"),
);
/** See {@link LimitsSchema}. */
export type Limits = v.InferOutput<typeof LimitsSchema>;
