/**
 * Notes in the LISTENERS bucket that somebody hears an account's reports at this gateway: reports are
 * published only where one is.
 *
 * A note lives as long as the one that stream credentials leave, so that none shortens another, and is
 * renewed long before it ends.
 *
 * @module
 */
import type { Listeners } from "../gateway.ts";

/** How long a note lives, and so the credentials of whoever listens over NATS. */
export const LISTENING_SECONDS = 3_600;
/** Age from which on a note is made again. */
export const RENEW_MICROS = LISTENING_SECONDS * 1_000_000 / 3;
/** Accounts whose notes are remembered; of more, the oldest are noted again. */
export const NOTES_MAX = 20_000;

const LIFE_MICROS = LISTENING_SECONDS * 1_000_000;

/** The notes of one gateway. */
export class ListenerNotes {
  readonly #noted = new Map<number, number>();

  /** Notes the account, unless that was done not long ago. Rejects where it is not stored. */
  async note(listeners: Listeners, account: number, nowMicros: number): Promise<void> {
    const noted = this.#noted.get(account);
    if (noted !== undefined && Math.abs(nowMicros - noted) < RENEW_MICROS) return;
    const expiresMicros = nowMicros + LIFE_MICROS;
    await listeners.put(String(account), JSON.stringify({ expiresMicros }));
    this.#noted.delete(account);
    if (this.#noted.size >= NOTES_MAX) this.#noted.delete(this.#noted.keys().next().value!);
    this.#noted.set(account, nowMicros);
  }
}
