/**
 * How long the journal has kept its leader waiting, and how often it has said that it lost what it
 * had acknowledged. Pure: told of appends, answers and the time, says what follows.
 *
 * @module
 */

/** Silence of the journal from which on its leader takes no more frames. */
export const JOURNAL_SILENCE_MILLIS = 1_000;
/**
 * For how long every reading must say that the log is gone, or shorter than what it acknowledged,
 * before that is believed: a broker that has just started, or that has just been elected, may say so
 * for a moment.
 */
export const LOSS_MILLIS = 5_000;

/** The patience of one leader with its journal. */
export class JournalPatience {
  /** When the append was first sent that waits; `Infinity` while none waits. */
  #sinceMillis = Infinity;
  /** When the first of the present readings came that say that data is lost. */
  #lossSinceMillis = Infinity;
  #isSilent = false;
  /** Why the last append was not stored, in the broker's words. */
  reason = "no answer";

  /** An append was sent for the first time. */
  sent(nowMillis: number): void {
    this.#sinceMillis = nowMillis;
  }

  /** The append was stored. */
  stored(): void {
    this.#sinceMillis = Infinity;
    this.#lossSinceMillis = Infinity;
    this.reason = "no answer";
  }

  /** Whether the journal has taken nothing for so long that no more frames should be taken. */
  isSilent(nowMillis: number): boolean {
    return nowMillis - this.#sinceMillis > JOURNAL_SILENCE_MILLIS;
  }

  /** For how long the append has waited, in milliseconds; 0 when none does. */
  silentMillis(nowMillis: number): number {
    return Math.max(0, nowMillis - this.#sinceMillis);
  }

  /** What to say, when silence began or ended since the last call; else `null`. */
  change(nowMillis: number): "silent" | "answering" | null {
    const isSilent = this.isSilent(nowMillis);
    if (isSilent === this.#isSilent) return null;
    this.#isSilent = isSilent;
    return isSilent ? "silent" : "answering";
  }

  /** A reading says that data is lost, or not. Returns whether that must be believed by now. */
  read(saysLoss: boolean, nowMillis: number): boolean {
    if (!saysLoss) {
      this.#lossSinceMillis = Infinity;
      return false;
    }
    this.#lossSinceMillis = Math.min(this.#lossSinceMillis, nowMillis);
    return nowMillis - this.#lossSinceMillis >= LOSS_MILLIS;
  }
}
