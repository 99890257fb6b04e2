/**
 * Queries about an account as a whole: its terms, of the leader; its movements of money, of history.
 *
 * @module
 */
import type { Movements } from "../history/movement.ts";
import type { Answered } from "./answered.ts";
import type { PrivateReport } from "./private_report.ts";

/** Asks the leader what the account is. */
export interface AccountQuery {
  readonly kind: "account";
  readonly account: number;
}

/** Answer to {@link AccountQuery}. */
export interface AccountAnswer extends Answered {
  /** `unknown`: it was never opened. */
  readonly status: "unknown" | "enabled" | "disabled";
  /** 0: none. */
  readonly tradeGroup: number;
  readonly openOrders: number;
}

/** Asks history for the movements of money of an account, newest first. */
export interface LedgerQuery {
  readonly kind: "ledger";
  readonly account: number;
  /** Reports with a per-account sequence below this; 0: from the newest. */
  readonly beforeSequence: number;
  /** Only these; all of them where it is left out. */
  readonly movements?: Movements;
  readonly limit: number;
  readonly minSequence: number;
}

/** Answer to {@link LedgerQuery}: the reports of kind `ledger`. */
export interface LedgerAnswer extends Answered {
  readonly reports: readonly PrivateReport[];
}
