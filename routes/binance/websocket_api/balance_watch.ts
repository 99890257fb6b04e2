/**
 * Tells an account's balances after they changed: reads them from the leader, once for all changes
 * that came meanwhile.
 *
 * @module
 */
import type { BalancesAnswer } from "../../../core/protocol/queries.ts";
import type { Queries } from "../../../infra/queries/queries.ts";

/** Questions in a row without an answer, after which the stream ends. */
export const BALANCE_FAILURES_MAX = 6;
/** Pause after the first of them; doubled with each. */
export const BALANCE_PAUSE_MILLIS = 100;

/** What changed, and what the account has now. */
export interface BalanceChange {
  readonly assets: ReadonlySet<string>;
  readonly answer: BalancesAnswer;
  /** When the last of the changes happened. */
  readonly changedMicros: number;
}

/** What a watch works with. */
export interface BalanceWatchOptions {
  readonly queries: Pick<Queries, "leader">;
  readonly account: number;
  readonly tell: (change: BalanceChange) => void;
  /** The leader does not answer. Called once. */
  readonly failed: (error: unknown) => void;
}

/** The balances of one account. There is one question at a time. */
export class BalanceWatch {
  readonly #options: BalanceWatchOptions;
  #assets = new Set<string>();
  #sequence = 0;
  #changedMicros = 0;
  #isAsking = false;
  #isEnded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopPause = (): void => {};

  constructor(options: BalanceWatchOptions) {
    this.#options = options;
  }

  /**
   * Balances of the assets have changed, and are told soon.
   *
   * @param sequence the event by which they changed: what is told is not older
   */
  changed(assets: readonly string[], sequence: number, changedMicros: number): void {
    if (assets.length === 0) return;
    for (const asset of assets) this.#assets.add(asset);
    this.#sequence = sequence;
    this.#changedMicros = changedMicros;
    void this.#askAll();
  }

  /** Tells nothing any more. */
  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#stopPause();
  }

  async #askAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { account, failed, queries, tell } = this.#options;
    let failures = 0;
    while (this.#assets.size > 0 && !this.#isEnded) {
      const [assets, sequence] = [this.#assets, this.#sequence];
      const changedMicros = this.#changedMicros;
      this.#assets = new Set();
      try {
        const answer = await queries.leader({ kind: "balances", account });
        // A leader that has just begun may be behind the one that told the event.
        if (answer.sequence < sequence) throw new Error(`the leader is at ${answer.sequence}`);
        failures = 0;
        if (!this.#isEnded) tell({ assets, answer, changedMicros });
      } catch (error) {
        for (const asset of assets) this.#assets.add(asset);
        if (++failures >= BALANCE_FAILURES_MAX) {
          this.end();
          failed(error);
        } else await this.#pause(BALANCE_PAUSE_MILLIS << (failures - 1));
      }
    }
    this.#isAsking = false;
  }

  async #pause(millis: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stopPause = resolve;
      this.#timer = setTimeout(resolve, millis);
    });
  }
}
