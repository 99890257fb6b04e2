/**
 * What a window did to every balance: seven sums each, in minor units.
 *
 * A slot is that of the balance in the ledger of the core (see core/ledger/balances.ts), so an
 * account and an asset are found as the core finds them. Slot 0, which is no balance, takes what
 * names an account or an asset that is not there. 56 bytes a balance.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import { FEE_ACCOUNT } from "../../core/matching/accounts.ts";
import { Side } from "../../core/protocol/order_record.ts";

/** The sums of a balance. Fees are what the account paid; of the venue's own, less than zero. */
export const SUMS = [
  "bought",
  "sold",
  "fees",
  "deposits",
  "withdrawals",
  "transfersIn",
  "transfersOut",
] as const;
/** Name of a sum. */
export type Sum = (typeof SUMS)[number];

const SUM_INDEX = Object.fromEntries(SUMS.map((sum, index) => [sum, index])) as Record<Sum, number>;

/** A sum of a window does not fit 64 bits. */
export class SumTooLargeError extends RangeError {
  override readonly name = "SumTooLargeError";
}

/** What one side of a trade moves. */
export interface PostedExecution {
  readonly account: number;
  /** Side. */
  readonly side: number;
  readonly baseAsset: number;
  readonly quoteAsset: number;
  /** Minor units, as the next two. */
  readonly base: bigint;
  readonly quote: bigint;
  readonly fee: bigint;
}

/** Sums by balance. */
export class Movements {
  readonly #state: ShardState;
  #sums: BigInt64Array;

  /** @param state whose balances they are */
  constructor(state: ShardState) {
    this.#state = state;
    this.#sums = new BigInt64Array((state.balances.capacity + 1) * SUMS.length);
  }

  /** Books one side of a trade: what it bought, what it sold, and the fee at both ends. O(1). */
  execute(execution: PostedExecution): void {
    const { account, base, baseAsset, fee, quote, quoteAsset, side } = execution;
    const isBuy = side === Side.buy;
    this.add(account, baseAsset, isBuy ? "bought" : "sold", base);
    this.add(account, quoteAsset, isBuy ? "sold" : "bought", quote);
    this.add(account, quoteAsset, "fees", fee);
    this.add(FEE_ACCOUNT, quoteAsset, "fees", -fee);
  }

  /**
   * Adds to a sum of a balance. O(1).
   *
   * @throws {SumTooLargeError} when it does not fit
   */
  add(account: number, asset: number, sum: Sum, amount: bigint): void {
    const slot = this.#state.balances.find(account, asset);
    const at = slot * SUMS.length + SUM_INDEX[sum];
    if (at >= this.#sums.length) this.#grow();
    const before = this.#sums[at];
    const after = before + amount;
    this.#sums[at] = after;
    if (this.#sums[at] === after) return;
    throw new SumTooLargeError(
      `${sum} of account ${account}, asset ${asset}: ${after} does not fit 64 bits`,
    );
  }

  /** A sum of the balance in `slot`. */
  of(slot: number, sum: Sum): bigint {
    return this.#sums[slot * SUMS.length + SUM_INDEX[sum]] ?? 0n;
  }

  /** How the balance in `slot` changed. */
  changeOf(slot: number): bigint {
    const of = (sum: Sum) => this.of(slot, sum);
    return of("bought") - of("sold") - of("fees") + of("deposits") - of("withdrawals") +
      of("transfersIn") - of("transfersOut");
  }

  #grow(): void {
    const { capacity } = this.#state.balances;
    const larger = new BigInt64Array((capacity + 1) * SUMS.length);
    larger.set(this.#sums);
    this.#sums = larger;
  }
}
