/**
 * Bodies of the operator's requests. As those of act_bodies.ts the gateway reads them, and the
 * registrar reads them again.
 *
 * @module
 */
import * as v from "valibot";
import { SCALE_MAX } from "../../core/matching/instruments.ts";
import { TRADE_GROUP_MAX } from "../../core/protocol/administration.ts";
import { SYMBOL_PATTERN } from "../../core/protocol/subjects.ts";
import { MOVEMENT_ID_PATTERN } from "../administration/movement.ts";
import { AccountTextSchema, AmountTextSchema, AssetNameSchema } from "./act_bodies.ts";

/** An account to open: body of `POST /v1/admin/accounts`. */
export const NewAccountSchema = v.pipe(
  v.strictObject({
    account: v.pipe(AccountTextSchema, v.description("Its number.")),
    tradeGroup: v.exactOptional(v.pipe(
      v.nullable(v.pipe(
        v.string(),
        v.regex(/^[1-9]\d{0,9}$/),
        v.check((text) => Number(text) <= TRADE_GROUP_MAX, `at most ${TRADE_GROUP_MAX}`),
      )),
      v.description("Accounts of one group have one owner. `null` or left out: none."),
    )),
  }),
  v.title("NewAccount"),
);

const movement = {
  reference: v.pipe(
    v.string(),
    v.regex(MOVEMENT_ID_PATTERN),
    v.description("Your name of the movement: the same one again moves nothing more."),
  ),
  asset: AssetNameSchema,
  amount: AmountTextSchema,
};

/** A deposit or a withdrawal. */
export const MovementSchema = v.pipe(v.strictObject(movement), v.title("OperatorMovement"));

/** A transfer by the operator: body of `POST /v1/admin/accounts/{account}/transfers`. */
export const OperatorTransferSchema = v.pipe(
  v.strictObject({
    ...movement,
    toAccount: v.pipe(AccountTextSchema, v.description("Any account that is open.")),
  }),
  v.title("OperatorTransfer"),
);

/** The sizes go as decimals; their decimals are those of all prices and quantities. */
const decimal = (meaning: string) =>
  v.pipe(v.string(), v.regex(/^\d{1,16}(\.\d{1,12})?$/), v.description(meaning));
const rate = (meaning: string, otherwise: string) =>
  v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^\d(\.\d{1,6})?$/),
      v.description(`${meaning}; ${otherwise} if left out.`),
    ),
    otherwise,
  );
const scale = (meaning: string, otherwise: number) =>
  v.exactOptional(
    v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(0),
      v.maxValue(SCALE_MAX),
      v.description(`Digits behind the point of ${meaning}, where it is new; ${otherwise}.`),
    ),
    otherwise,
  );

const newRate = (meaning: string) =>
  v.exactOptional(v.pipe(v.string(), v.regex(/^\d(\.\d{1,6})?$/), v.description(meaning)));
const changeable = {
  makerFeeRate: newRate("Part of the notional that the resting order pays."),
  takerFeeRate: newRate("Part of the notional that the aggressor pays."),
  collarRate: newRate("How far from the opposite best a market order trades."),
  priceMax: v.exactOptional(decimal("Highest price.")),
  quantityMax: v.exactOptional(decimal("Largest quantity of an order.")),
};

/** Terms to change, at least one: body of `PATCH /v1/admin/instruments/{symbol}`. */
export const ChangedTermsSchema = v.pipe(
  v.strictObject({
    ...changeable,
    expected: v.exactOptional(v.pipe(
      v.strictObject(changeable),
      v.description(
        "What terms that change are taken to be. Where one is not, nothing is changed, and the " +
          "refusal says `terms_changed`.",
      ),
    )),
  }),
  v.title("ChangedTerms"),
);
/** See {@link ChangedTermsSchema}. */
export type ChangedTermsBody = v.InferOutput<typeof ChangedTermsSchema>;

/** An instrument to define: body of `POST /v1/admin/instruments`. */
export const NewInstrumentSchema = v.pipe(
  v.strictObject({
    symbol: v.pipe(v.string(), v.regex(SYMBOL_PATTERN), v.description("`BASE-QUOTE`.")),
    tickSize: decimal("Step of a price; its decimals are those of every price."),
    lotSize: decimal("Step of a quantity; its decimals are those of every quantity."),
    priceMax: decimal("Highest price."),
    quantityMax: decimal("Largest quantity of an order."),
    makerFeeRate: rate("Part of the notional that the resting order pays", "0.0001"),
    takerFeeRate: rate("Part of the notional that the aggressor pays", "0.0005"),
    collarRate: rate("How far from the opposite best a market order trades", "0.05"),
    baseScale: scale("the base asset", 8),
    quoteScale: scale("the quote asset", 6),
  }),
  v.title("NewInstrument"),
);
/** See {@link NewInstrumentSchema}. */
export type NewInstrumentBody = v.InferOutput<typeof NewInstrumentSchema>;
