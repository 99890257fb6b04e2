/**
 * Whether the venue takes orders, as `GET /v1/status` answers it.
 *
 * @module
 */
import * as v from "valibot";
import { MicrosSchema, SymbolSchema } from "./fields.ts";

/** Whether an instrument trades. */
export const TradingStatusSchema = v.pipe(
  v.picklist(["trading", "halted"]),
  v.description("While it is halted, orders are refused and cancels are taken."),
);

/** Answer of `GET /v1/status`. */
export const VenueStatusSchema = v.pipe(
  v.strictObject({
    timeMicros: MicrosSchema,
    acceptsOrders: v.pipe(
      v.boolean(),
      v.description("Whether orders are taken now, in instruments that trade."),
    ),
    blockedBy: v.pipe(
      v.array(v.picklist(["gateway", "nats", "instruments", "leader", "orders"])),
      v.description("The parts that do not work, where orders are not taken."),
    ),
    instruments: v.array(v.strictObject({ symbol: SymbolSchema, status: TradingStatusSchema })),
  }),
  v.title("VenueStatus"),
);
/** See {@link VenueStatusSchema}. */
export type VenueStatus = v.InferOutput<typeof VenueStatusSchema>;
