/**
 * What has to be looked at again while a stream carries an account's reports: whether its login still
 * holds, whether the account is noted as listening, and whether the last reports came.
 *
 * @module
 */
import type { AppDeps, Backend } from "../gateway.ts";
import type { StreamDriver, StreamOwner } from "./stream_driver.ts";
import type { ListenerNotes } from "./listener_notes.ts";

/** Time between two looks. */
export const WATCH_MICROS = 60_000_000;
/** Time after which the first look comes: by then the history has seen the note. */
export const FIRST_WATCH_MICROS = 2_000_000;

/** Watches one stream. */
export class OwnerWatch {
  #dueMicros = 0;

  constructor(
    readonly deps: AppDeps,
    readonly backend: Backend,
    readonly notes: ListenerNotes,
    readonly driver: StreamDriver,
  ) {}

  /** Looks when it is due. Never throws. */
  sweep(steadyMicros: number): void {
    const { owner } = this.driver;
    if (owner === null) return;
    if (this.#dueMicros === 0) this.#dueMicros = steadyMicros + FIRST_WATCH_MICROS;
    if (steadyMicros < this.#dueMicros) return;
    this.#dueMicros = steadyMicros + WATCH_MICROS;
    void this.#look(owner);
  }

  async #look({ account, keyId, untilMicros }: StreamOwner): Promise<void> {
    const nowMicros = this.deps.nowMicros();
    if (nowMicros >= untilMicros) return this.driver.end("expired");
    try {
      const key = await this.backend.keys.get(keyId);
      const isOver = key !== null && key.expiresMicros !== null && nowMicros >= key.expiresMicros;
      if (key === null || key.revoked || isOver) return this.driver.end("key_invalid");
      await this.notes.note(this.backend.listeners, account, nowMicros);
    } catch (error) {
      this.deps.log("warn", `a listener is not noted again yet: ${error}`);
    }
    this.driver.checkReports();
  }
}
