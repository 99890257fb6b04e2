/**
 * Turns the drafts of a script into commands, with the reference exchange at hand to say which
 * orders are open.
 *
 * @module
 */

import type { InstrumentTerms } from "../../core/protocol/administration.ts";
import { CommandKind } from "../../core/protocol/order_record.ts";
import { CHANGEABLE_TERMS, type ChangeableTerm } from "../../core/protocol/terms_change.ts";
import {
  amend,
  audit,
  buy,
  cancel,
  cancelAccount,
  type CancelAll,
  cancelAll,
  cancelInstrument,
  changeTerms,
  claim,
  type Command,
  defineAsset,
  defineInstrument,
  deposit,
  halt,
  type Market,
  market,
  resume,
  setAccount,
  transfer,
  withdraw,
} from "../support/commands.ts";
import type { NumberedCommand } from "../support/frames.ts";
import type { ReferenceExchange } from "./reference_exchange.ts";
import type {
  AdministrationDraft,
  AmendDraft,
  CancelAllDraft,
  CancelDraft,
  DefineDraft,
  FrameDraft,
  RepeatMoveDraft,
  TradeDraft,
} from "./script.ts";
import type { ChangeTermsDraft } from "./terms_script.ts";

/** A frame that is ready to be encoded. */
export interface ScriptFrame {
  readonly sender: number;
  readonly frameNumber: number;
  readonly commands: readonly NumberedCommand[];
}

/** Three instruments over three assets, fees that do not divide, and little money. */
export function modelMarket(): Market {
  const bounds = { priceTicksMax: 200, quantityLotsMax: 50 };
  const opening = market().asset("BTC", 8).asset("ETH", 6).asset("USD", 6)
    .instrument("BTC-USD", { ...bounds, makerFeePpm: 137, takerFeePpm: 1_999 })
    .instrument("ETH-USD", {
      ...bounds,
      tickSize: 5,
      lotSize: 3,
      quantityScale: 3,
      makerFeePpm: 2_500,
      takerFeePpm: 100,
      collarPpm: 20_000,
    })
    .instrument("ETH-BTC", { ...bounds, makerFeePpm: 0, takerFeePpm: 100_000, collarPpm: 1 });
  for (let account = 1; account <= 4; account++) {
    opening.account(account, { BTC: 4_000_000, ETH: 2_000_000, USD: 150_000 });
  }
  opening.account(5, { USD: 2_000, ETH: 20_000 });
  // Two of the five have one owner.
  opening.commands.push(setAccount(2, true, 1), setAccount(3, true, 1));
  return opening;
}

/** The side of a draft, where it has one. */
function sideOf({ side }: CancelAllDraft): Partial<CancelAll> {
  return side === null ? {} : { side };
}

/** Terms of a second instrument of the market, most of them wrong in one way. */
function variantOf({ number, variant }: DefineDraft): InstrumentTerms {
  const { terms } = modelMarket().commands.find((one) =>
    one.kind === CommandKind.instrument
  ) as Extract<Command, { terms: InstrumentTerms }>;
  const right = { ...terms, instrument: number, symbol: `A${number}-USD` };
  const changes: Partial<InstrumentTerms>[] = [
    {},
    { baseAsset: 9 },
    { quoteAsset: terms.baseAsset },
    { tickSize: 0 },
    { priceTicksMax: 2 ** 30 },
    { quantityLotsMax: 2 ** 50 },
    { makerFeePpm: 100_001 },
    { symbol: "BTC-USD" },
    { collarPpm: 0 },
  ];
  return { ...right, ...changes[variant] };
}

/** Writes the frames of a script, one after the other. */
export class ScriptWriter {
  readonly #exchange: ReferenceExchange;
  readonly #sent: NumberedCommand[] = [];
  readonly #frames: ScriptFrame[] = [];
  readonly #frameNumbers = new Map<number, number>();
  #requests = 0;

  constructor(exchange: ReferenceExchange) {
    this.#exchange = exchange;
  }

  /** The frame of a draft, or `undefined` where there is nothing to send. */
  write(draft: FrameDraft, stampMicros: number): ScriptFrame | undefined {
    if (draft.resend > 0) return this.#frames.at(-draft.resend);
    const drafts = [...draft.orders, ...draft.administration];
    const commands: Command[] = drafts.flatMap((one) => this.#command(one, stampMicros));
    if (draft.claims) {
      const { cancelsInstruments, changesTerms, keepsMovements } = draft;
      commands.push(claim(7, keepsMovements, cancelsInstruments, changesTerms));
    }
    return commands.length === 0 ? undefined : this.frame(commands, draft.sender);
  }

  /** The next frame of a sender. */
  frame(commands: readonly Command[], sender: number): ScriptFrame {
    const frameNumber = (this.#frameNumbers.get(sender) ?? 0) + 1;
    this.#frameNumbers.set(sender, frameNumber);
    const numbered = commands.map((command) => ({
      ...command,
      requestId: command.requestId ?? String(++this.#requests),
    }));
    this.#sent.push(...numbered);
    const frame = { sender, frameNumber, commands: numbered };
    this.#frames.push(frame);
    return frame;
  }

  #command(draft: TradeDraft | AdministrationDraft, stampMicros: number): Command[] {
    switch (draft.do) {
      case "order": {
        const { account, instrument, side, price, quantity, selfTrade } = draft;
        const [orderType, timeInForce, flags] = draft.terms;
        const deadlineMicros = draft.deadline === 0 ? 0 : stampMicros + draft.deadline;
        const terms = { account, instrument, side, orderType, timeInForce, flags, selfTrade };
        const requestId = draft.hasText ? `text-${++this.#requests}` : `${++this.#requests}`;
        return [buy(quantity, price, { ...terms, deadlineMicros, requestId })];
      }
      case "cancel": {
        const { account, target } = this.#target(draft);
        return [cancel(target, { account })];
      }
      case "amend": {
        const { account, executed, target } = this.#target(draft);
        const { aboveExecuted, price } = draft;
        const isRelative = aboveExecuted && draft.quantity > 0;
        const quantity = draft.quantity + (isRelative ? executed : 0);
        return [amend(target, { price, quantity }, { account })];
      }
      case "cancelAll":
        return [cancelAll({ account: draft.account, instrument: draft.instrument }, sideOf(draft))];
      case "cancelAccount":
        return [cancelAccount(draft.account, { instrument: draft.instrument })];
      case "cancelInstrument": {
        const { again, instrument } = draft;
        const last = this.#sent.findLast(({ kind }) => kind === CommandKind.cancelInstrument);
        return [again && last !== undefined ? last : cancelInstrument(instrument)];
      }
      case "changeTerms":
        return [this.#changeTerms(draft)];
      case "repeat":
        return this.#repeat(draft.back, draft.changed);
      case "move": {
        const { account, toAccount, asset, amount } = draft;
        if (toAccount !== null) return [transfer(account, toAccount, asset, Math.abs(amount))];
        return [amount < 0 ? withdraw(account, asset, -amount) : deposit(account, asset, amount)];
      }
      case "repeatMove":
        return this.#repeatMove(draft);
      case "account":
        return [setAccount(draft.number, draft.on, draft.tradeGroup)];
      case "trading":
        return [draft.on ? resume(draft.number) : halt(draft.number)];
      case "defineAsset": {
        const name = ["BTC", "ETH", "USD", "EUR", "eur", "LONGNAMEDASSET"][draft.variant] ?? "GBP";
        return [defineAsset(draft.number, name, draft.variant === 7 ? 13 : 6)];
      }
      case "audit":
        return [audit(draft.act, `key_${draft.pick}`, { account: draft.account })];
      case "defineInstrument":
        return [defineInstrument(variantOf(draft))];
    }
  }

  #changeTerms(draft: ChangeTermsDraft): Command {
    const last = this.#sent.findLast(({ kind }) => kind === CommandKind.instrumentTerms);
    const there = this.#exchange.instruments.get(draft.instrument);
    const from: { -readonly [T in ChangeableTerm]?: number } = {};
    const to: typeof from = {};
    for (const term of CHANGEABLE_TERMS) {
      const value = draft[term];
      if (value === null) continue;
      to[term] = value;
      from[term] = Number(there?.[term] ?? 7n) + (draft.seesWell ? 0 : 1);
    }
    // What comes again has seen something else by then.
    if (draft.again && last !== undefined) {
      return draft.seesWell
        ? last
        : { ...last, from: { ...("to" in last ? last.to : {}) } } as Command;
    }
    return changeTerms(from, to, { instrument: draft.instrument });
  }

  /** The open order that a draft picks, under a name that its owner, or another, calls it by. */
  #target({ account, byKey, pick }: CancelDraft | AmendDraft) {
    const { open, outcomes } = this.#exchange;
    const order = open[pick % (open.length || 1)];
    // The first outcome of an order is that of the request that placed it, or of an amend of it.
    const placed = outcomes.find(({ orderId }) => orderId === order?.id);
    return {
      account: account === 0 ? order?.account ?? 1 : account,
      target: byKey ? placed?.requestId ?? "nothing" : Number(order?.id ?? pick),
      executed: Number(order?.executed ?? 0n),
    };
  }

  /** An earlier movement, as it was or in another way. */
  #repeatMove({ back, change }: RepeatMoveDraft): Command[] {
    const earlier = this.#sent.filter((one) => "amount" in one).at(-1 - back);
    if (earlier === undefined) return [];
    const { account, amount, asset, requestId } = earlier;
    if (change === "amount") return [{ ...earlier, amount: amount < 2 ? 3 : amount - 1 }];
    if (change === "account") return [{ ...earlier, account: 1 + account % 5 }];
    if (change === "none") return [earlier];
    const other = earlier.kind === CommandKind.deposit ? withdraw : deposit;
    return [other(account, asset, amount, { requestId })];
  }

  /** An earlier command that ordinary frames may carry, as it was or with another quantity. */
  #repeat(back: number, changed: boolean): Command[] {
    const earlier = this.#sent.filter(({ kind }) => kind <= CommandKind.amend).at(-1 - back);
    if (earlier === undefined) return [];
    if (!changed || !("quantity" in earlier)) return [earlier];
    return [{ ...earlier, quantity: earlier.quantity + 1 }];
  }
}
