/**
 * Changes of terms in the naive exchange. What an order needs is added up by the terms of now, so a
 * change needs nothing but rules.
 *
 * @module
 */
import { PRICE_TICKS_MAX } from "../../core/book/price_trie.ts";
import { FEE_PPM_MAX } from "../../core/ledger/fees.ts";
import { REHELD_PER_COMMAND_MAX } from "../../core/matching/change_terms.ts";
import { COLLAR_PPM_MAX } from "../../core/matching/instruments.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { Side } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import type { ChangeableTerm } from "../../core/protocol/terms_change.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";
import type { TermsChangeCommand } from "../support/commands.ts";
import { keyOf, tagOf } from "./reference_event.ts";
import type { Ending, ReferenceExchange } from "./reference_exchange.ts";

const TERMS: readonly ChangeableTerm[] = [
  "makerFeePpm",
  "takerFeePpm",
  "collarPpm",
  "priceTicksMax",
  "quantityLotsMax",
];

const max = (one: bigint, other: bigint): bigint => one > other ? one : other;

/** A change of terms: all of it, or nothing. */
export function changeTerms(
  exchange: ReferenceExchange,
  command: TermsChangeCommand & { readonly requestId: string },
): Ending {
  const { from, to } = command;
  const refuse = (code: number, limit: bigint, value: bigint): Ending =>
    exchange.reject(command, code, limit, value);
  const named = TERMS.filter((term) => to[term] !== undefined);
  if (named.length === 0) return refuse(ResultCode.invalidFlags, 31n, 0n);
  const there = exchange.instruments.get(command.instrument);
  if (there === undefined) {
    return refuse(ResultCode.unknownInstrument, 0n, BigInt(command.instrument));
  }
  for (const term of named) {
    const seen = BigInt(from[term] ?? 0);
    if (there[term] !== seen) return refuse(ResultCode.termsChanged, there[term], seen);
  }
  const wanted = { ...there };
  for (const term of named) wanted[term] = BigInt(to[term] ?? 0);
  const isValid = wanted.priceTicksMax >= 1n && wanted.quantityLotsMax >= 1n &&
    wanted.priceTicksMax <= PRICE_TICKS_MAX &&
    wanted.priceTicksMax * wanted.quantityLotsMax * there.quotePerTickLot <= SAFE_MAX &&
    wanted.quantityLotsMax * there.basePerLot <= SAFE_MAX &&
    max(wanted.makerFeePpm, wanted.takerFeePpm) <= FEE_PPM_MAX &&
    wanted.collarPpm >= 1n && wanted.collarPpm <= COLLAR_PPM_MAX;
  if (!isValid) return refuse(ResultCode.instrumentInvalid, 0n, 0n);
  const open = exchange.open.filter(({ instrument }) => instrument === there);
  const buys = open.filter(({ side }) => side === Side.buy).length;
  if (wanted.priceTicksMax < there.priceTicksMax && open.length > 0) {
    return refuse(ResultCode.ordersRest, there.priceTicksMax, wanted.priceTicksMax);
  }
  const before = max(there.makerFeePpm, there.takerFeePpm);
  const after = max(wanted.makerFeePpm, wanted.takerFeePpm);
  if (after > before && buys > 0) return refuse(ResultCode.ordersRest, before, after);
  if (after < before && buys > REHELD_PER_COMMAND_MAX) {
    const most = BigInt(REHELD_PER_COMMAND_MAX);
    return refuse(ResultCode.ordersRest, most, most + 1n);
  }
  for (const term of named) there[term] = wanted[term];
  exchange.emit(EventKind.reference, {
    ...tagOf(command),
    account: 0,
    orderId: BigInt(command.kind),
    at24: keyOf(command.requestId),
    at32: there.priceTicksMax,
    at40: there.quantityLotsMax,
    at48: there.makerFeePpm | (there.takerFeePpm << 32n),
    at56: there.collarPpm,
  });
  const nothing = { orderId: 0n, executed: 0n, leaves: 0n, notional: 0n };
  return { code: ResultCode.ok, status: OrderStatus.none, ...nothing };
}
