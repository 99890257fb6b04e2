/**
 * Random scripts for the model: what fast-check draws and shrinks. A script is plain data that names
 * orders and earlier requests by how far back they are, so that a shrunk script still makes sense.
 *
 * @module
 */

import fc from "fast-check";
import { OrderFlag, OrderType, TimeInForce } from "../../core/protocol/order_record.ts";
import { mostly, oneOf, weighted, whole } from "./draw.ts";
import { changeTerms, type ChangeTermsDraft } from "./terms_script.ts";

/** A new order. */
export interface OrderDraft {
  readonly do: "order";
  readonly account: number;
  readonly instrument: number;
  readonly side: number;
  readonly price: number;
  readonly quantity: number;
  readonly terms: readonly [orderType: number, timeInForce: number, flags: number];
  readonly selfTrade: number;
  readonly hasText: boolean;
  /** Microseconds after the stamp of its append; 0: no deadline. */
  readonly deadline: number;
}

/** Cancels the open order with this number among all, for its owner or for somebody else. */
export interface CancelDraft {
  readonly do: "cancel";
  readonly pick: number;
  readonly byKey: boolean;
  /** Who asks; 0: the owner. */
  readonly account: number;
}

/** Amends an open order, as {@link CancelDraft} cancels one. */
export interface AmendDraft {
  readonly do: "amend";
  readonly pick: number;
  readonly byKey: boolean;
  /** Who asks; 0: the owner. */
  readonly account: number;
  /** 0: as it is. */
  readonly price: number;
  /** 0: as it is. */
  readonly quantity: number;
  /** What the quantity counts from: nothing, or what was executed. */
  readonly aboveExecuted: boolean;
}

/** Cancels all orders of an account. */
export interface CancelAllDraft {
  readonly do: "cancelAll" | "cancelAccount";
  readonly account: number;
  readonly instrument: number;
  /** `null`: of both. */
  readonly side: number | null;
}

/** Cancels the orders of an instrument; or sends the last such command again. */
export interface CancelInstrumentDraft {
  readonly do: "cancelInstrument";
  readonly instrument: number;
  readonly again: boolean;
}

/** Sends an earlier command again, or another command under its request id. */
export interface RepeatDraft {
  readonly do: "repeat";
  readonly back: number;
  readonly changed: boolean;
}

/** Deposits (above zero) or withdraws; with an account to give it to, transfers. */
export interface MoveDraft {
  readonly do: "move";
  readonly account: number;
  /** `null`: none. */
  readonly toAccount: number | null;
  readonly asset: number;
  readonly amount: number;
}

/** Sends an earlier movement again, or another one under its request id. */
export interface RepeatMoveDraft {
  readonly do: "repeatMove";
  /** How many movements back it is. */
  readonly back: number;
  readonly change: "none" | "amount" | "account" | "kind";
}

/** Enables or disables an account, halts or resumes an instrument. */
export interface SwitchDraft {
  readonly do: "account" | "trading";
  readonly number: number;
  readonly on: boolean;
  /** Of an account: 0 leaves it in its trade group. */
  readonly tradeGroup: number;
}

/** Defines an instrument or an asset again, in a way that may be wrong. */
export interface DefineDraft {
  readonly do: "defineInstrument" | "defineAsset";
  readonly number: number;
  readonly variant: number;
}

/** Says that something was done with a key; act 0 and those from 9 on are none. */
export interface AuditDraft {
  readonly do: "audit";
  readonly account: number;
  readonly act: number;
  readonly pick: number;
}

/** A command of an ordinary frame. */
export type TradeDraft = OrderDraft | CancelDraft | AmendDraft | CancelAllDraft | RepeatDraft;
/** A command of a frame of administration. */
export type AdministrationDraft =
  | CancelAllDraft
  | CancelInstrumentDraft
  | ChangeTermsDraft
  | MoveDraft
  | RepeatMoveDraft
  | SwitchDraft
  | DefineDraft
  | AuditDraft;

/** A frame: orders, administration, a claim, or an earlier frame once more. */
export interface FrameDraft {
  readonly sender: number;
  readonly orders: readonly TradeDraft[];
  readonly administration: readonly AdministrationDraft[];
  readonly claims: boolean;
  /** What a claim says of its leader; that of an older one says less. */
  readonly keepsMovements: boolean;
  readonly cancelsInstruments: boolean;
  readonly changesTerms: boolean;
  /** How many frames back the frame is that is sent again; 0: none is. */
  readonly resend: number;
}

/** One append. */
export interface AppendDraft {
  /** Microseconds since the append before. */
  readonly gapMicros: number;
  readonly frames: readonly FrameDraft[];
}

type Terms = OrderDraft["terms"];

const order = (
  terms: fc.Arbitrary<Terms>,
  price: fc.Arbitrary<number>,
  changes: Partial<{ [F in keyof OrderDraft]: fc.Arbitrary<OrderDraft[F]> }> = {},
): fc.Arbitrary<OrderDraft> =>
  fc.record({
    do: fc.constant("order"),
    account: mostly(whole(1, 5), whole(0, 7)),
    instrument: mostly(whole(1, 3), whole(0, 5)),
    side: mostly(whole(0, 1), whole(0, 3)),
    price,
    quantity: mostly(whole(1, 20), whole(0, 60)),
    terms,
    selfTrade: mostly(whole(0, 5), whole(0, 7)),
    hasText: weighted([3, fc.constant(false)], [1, fc.constant(true)]),
    deadline: weighted([30, fc.constant(0)], [1, whole(-2, 2)]),
    ...changes,
  });

const limitOrder = order(
  weighted<Terms>(
    [16, fc.constant([OrderType.limit, TimeInForce.gtc, 0])],
    [3, fc.constant([OrderType.limit, TimeInForce.gtc, OrderFlag.postOnly])],
    [2, fc.constant([OrderType.limit, TimeInForce.ioc, 0])],
    [2, fc.constant([OrderType.limit, TimeInForce.fok, 0])],
  ),
  mostly(whole(90, 110), whole(0, 250)),
);

const marketOrder = order(
  weighted<Terms>(
    [2, fc.constant([OrderType.market, TimeInForce.ioc, 0])],
    [1, fc.constant([OrderType.market, TimeInForce.fok, 0])],
  ),
  weighted([2, fc.constant(0)], [1, whole(90, 110)]),
);

const budgetOrder = order(
  fc.constant<Terms>([OrderType.market, TimeInForce.ioc, OrderFlag.quoteBudget]),
  weighted([2, fc.constant(0)], [1, whole(90, 110)]),
  { side: fc.constant(0), quantity: weighted([3, whole(1, 8_000)], [1, whole(1, 200)]) },
);

const strangeOrder = order(
  fc.tuple(whole(0, 3), whole(0, 4), whole(0, 9)),
  whole(0, 250),
);

const cancel: fc.Arbitrary<CancelDraft> = fc.record({
  do: fc.constant("cancel"),
  pick: whole(0, 60),
  byKey: fc.boolean(),
  account: mostly(fc.constant(0), whole(0, 7)),
});

const amend: fc.Arbitrary<AmendDraft> = fc.record({
  do: fc.constant("amend"),
  pick: whole(0, 60),
  byKey: fc.boolean(),
  account: mostly(fc.constant(0), whole(0, 7)),
  price: weighted([3, fc.constant(0)], [4, mostly(whole(90, 110), whole(0, 250))]),
  quantity: weighted([1, fc.constant(0)], [3, mostly(whole(1, 20), whole(0, 60))]),
  aboveExecuted: fc.boolean(),
});

const cancelAll = (what: CancelAllDraft["do"]): fc.Arbitrary<CancelAllDraft> =>
  fc.record({
    do: fc.constant(what),
    account: mostly(whole(1, 5), whole(0, 7)),
    instrument: weighted([1, fc.constant(0)], [2, whole(1, 4)]),
    side: what === "cancelAccount"
      ? fc.constant(null)
      : weighted<number | null>([2, fc.constant(null)], [4, whole(0, 1)], [1, whole(2, 255)]),
  });

const cancelInstrument: fc.Arbitrary<CancelInstrumentDraft> = fc.record({
  do: fc.constant("cancelInstrument"),
  instrument: mostly(whole(1, 3), oneOf(0, 4, 5, 8192, 2 ** 32 - 1)),
  again: weighted([3, fc.constant(false)], [1, fc.constant(true)]),
});

const repeat: fc.Arbitrary<RepeatDraft> = fc.record({
  do: fc.constant("repeat"),
  back: whole(0, 40),
  changed: fc.boolean(),
});

const move: fc.Arbitrary<MoveDraft> = fc.record({
  do: fc.constant("move"),
  account: mostly(whole(1, 5), whole(0, 7)),
  toAccount: weighted<number | null>([3, fc.constant(null)], [2, whole(0, 7)]),
  asset: mostly(whole(1, 3), whole(0, 5)),
  amount: weighted(
    [4, whole(0, 20_000)],
    [2, whole(-20_000, 0)],
    [1, whole(-(2 ** 53) + 1, 2 ** 53 - 1)],
  ),
});

const repeatMove: fc.Arbitrary<RepeatMoveDraft> = fc.record({
  do: fc.constant("repeatMove"),
  back: weighted([3, whole(0, 8)], [1, whole(0, 60)]),
  change: weighted<RepeatMoveDraft["change"]>(
    [3, fc.constant("none")],
    [1, oneOf("amount", "account", "kind")],
  ),
});

const switching: fc.Arbitrary<SwitchDraft> = fc.record({
  do: oneOf<SwitchDraft["do"]>("account", "trading"),
  number: mostly(whole(1, 5), oneOf(0, 6, 7, 2 ** 20, 2 ** 32 - 1)),
  on: weighted([9, fc.constant(true)], [1, fc.constant(false)]),
  tradeGroup: weighted([2, fc.constant(0)], [3, whole(1, 2)], [1, fc.constant(2 ** 32 - 1)]),
});

const definition: fc.Arbitrary<DefineDraft> = fc.record({
  do: oneOf<DefineDraft["do"]>("defineInstrument", "defineAsset"),
  number: whole(0, 6),
  variant: whole(0, 8),
});

const audit: fc.Arbitrary<AuditDraft> = fc.record({
  do: fc.constant("audit"),
  account: mostly(whole(0, 5), oneOf(6, 2 ** 20, 2 ** 32 - 1)),
  act: mostly(whole(1, 8), oneOf(0, 9, 255)),
  pick: whole(0, 3),
});

const trade: fc.Arbitrary<TradeDraft> = weighted<TradeDraft>(
  [100, limitOrder],
  [8, marketOrder],
  [8, budgetOrder],
  [2, strangeOrder],
  [16, cancel],
  [40, amend],
  [1, cancelAll("cancelAll")],
  [6, repeat],
);

const administration: fc.Arbitrary<AdministrationDraft> = weighted<AdministrationDraft>(
  [6, move],
  [5, repeatMove],
  [3, switching],
  [1, cancelAll("cancelAccount")],
  [1, cancelInstrument],
  [3, changeTerms],
  [1, definition],
  [1, audit],
);

const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  weighted([5, fc.tuple(one)], [1, fc.array(one, { minLength: 1, maxLength: 6 })]);

const frame = (changes: Partial<FrameDraft> | fc.Arbitrary<Partial<FrameDraft>>) => {
  const noRule = { keepsMovements: false, cancelsInstruments: false, changesTerms: false };
  const nothing = { orders: [], administration: [], claims: false, ...noRule, resend: 0 };
  const drawn = changes instanceof fc.Arbitrary ? changes : fc.constant(changes);
  return fc.tuple(whole(1, 3), drawn).map(([sender, given]): FrameDraft => ({
    sender,
    ...nothing,
    ...given,
  }));
};

const claims = fc.tuple(fc.boolean(), whole(0, 3), whole(0, 3)).map((
  [keepsMovements, dice, other],
) => (
  { claims: true, keepsMovements, cancelsInstruments: dice > 0, changesTerms: other > 0 }
));

const frames = weighted<FrameDraft>(
  [40, frame(some(trade).map((orders) => ({ orders })))],
  [3, frame(some(administration).map((given) => ({ administration: given })))],
  [1, frame(claims)],
  [2, frame(whole(1, 30).map((resend) => ({ resend })))],
);

const append: fc.Arbitrary<AppendDraft> = fc.record({
  gapMicros: weighted(
    [60, whole(0, 1_000)],
    [1, oneOf(299_000_000, 600_000_000, 600_000_001, 1_300_000_000)],
  ),
  frames: weighted([9, fc.tuple(frames)], [1, fc.array(frames, { minLength: 0, maxLength: 4 })]),
});

/** Appends that one script has at most. */
export const APPENDS_PER_SCRIPT_MAX = 400;

/** A script of appends. */
export const scripts: fc.Arbitrary<AppendDraft[]> = fc.array(append, {
  maxLength: APPENDS_PER_SCRIPT_MAX,
  size: "max",
});
