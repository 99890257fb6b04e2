/**
 * A flow: a sequence of operations that is made before anything is measured, and that every side
 * of the bench is given in its own form.
 *
 * An operation is a new order that rests, an aggressive order (immediate or cancel, at a limit some
 * ticks through the other side's best price), or a cancel or an amend of an order that is live at
 * that moment. Half of the amends take off quantity, the others rest the order at another price.
 * Prices and quantities are small whole numbers, exact in every side's arithmetic. Accounts that
 * buy never sell, so that no side's self-trade prevention has anything to prevent.
 *
 * @module
 */
import type { TradeTotals } from "./trade_sum.ts";

/** What an operation does. */
export const OperationKind = { add: 0, aggressive: 1, cancel: 2, amend: 3 } as const;

/** From what a flow is made. Shares are of the operations that are measured. */
export interface FlowShape {
  readonly name: string;
  readonly seed: number;
  readonly instruments: number;
  readonly accounts: number;
  /** Orders that are live, over all instruments: so many before the first measured operation. */
  readonly liveOrders: number;
  /** Operations that are measured. */
  readonly operations: number;
  readonly cancelShare: number;
  readonly aggressiveShare: number;
  readonly amendShare: number;
  /** New orders stand 1 to this many ticks away from the mid. */
  readonly bandTicks: number;
  /** How far an aggressive order's limit goes through the best price. */
  readonly throughTicks: number;
}

/** The operations, field by field. The first `openingCount` fill the book and are not measured. */
export interface Flow {
  readonly shape: FlowShape;
  readonly openingCount: number;
  /** Operations, with the opening ones. */
  readonly count: number;
  /** New orders in all; they are numbered from 0 in the order in which they come. */
  readonly orderCount: number;
  readonly kinds: Uint8Array;
  /** From 1 on. */
  readonly instruments: Uint16Array;
  /** Side of the order, of the canceled one as well. */
  readonly sides: Uint8Array;
  /** From 1 on; of the canceled order as well. */
  readonly accounts: Uint16Array;
  readonly priceTicks: Int32Array;
  /** Of the order as a whole, what was executed included; 0 of a cancel. */
  readonly lots: Int32Array;
  /** Number of the order that is new, canceled or amended. */
  readonly orders: Int32Array;
  /** The trades of the measured operations, after every {@link CHECKPOINT_OPERATIONS} of them. */
  readonly checkpoints: readonly TradeTotals[];
}

/** A side may be given a part of a flow that is a multiple of this. */
export const CHECKPOINT_OPERATIONS = 1_000;

const MIXED: FlowShape = {
  name: "mixed",
  seed: 20_251,
  instruments: 1,
  accounts: 64,
  liveOrders: 23_000,
  operations: 2_000_000,
  cancelShare: 0.38,
  aggressiveShare: 0.1,
  amendShare: 0,
  bandTicks: 200,
  throughTicks: 20,
};

/** The flows of the bench, the mixed one first. */
export const FLOWS: readonly FlowShape[] = [
  MIXED,
  { ...MIXED, name: "amends", operations: 500_000, amendShare: 0.05 },
  { ...MIXED, name: "add and cancel", operations: 500_000, cancelShare: 0.5, aggressiveShare: 0 },
  {
    ...MIXED,
    name: "sweep",
    liveOrders: 400,
    operations: 500_000,
    cancelShare: 0,
    aggressiveShare: 0.03,
    throughTicks: 400,
  },
  {
    ...MIXED,
    name: "deep",
    accounts: 256,
    liveOrders: 1_000_000,
    operations: 500_000,
    bandTicks: 5_000,
  },
  {
    ...MIXED,
    name: "thin",
    liveOrders: 20,
    operations: 500_000,
    cancelShare: 0.4,
    bandTicks: 10,
  },
  { ...MIXED, name: "200 instruments", instruments: 200, operations: 500_000 },
];

/** The trades of the first `operations` measured operations of a flow. */
export function totalsAfter(flow: Flow, operations: number): TradeTotals {
  if (operations % CHECKPOINT_OPERATIONS !== 0) {
    throw new Error(`a part of a flow is a multiple of ${CHECKPOINT_OPERATIONS}: ${operations}`);
  }
  return flow.checkpoints[operations / CHECKPOINT_OPERATIONS];
}
