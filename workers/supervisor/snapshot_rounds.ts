/**
 * Has a snapshot taken every so often, by a process that lives no longer than that takes.
 *
 * @module
 */
import type { Say } from "./log_lines.ts";

/** A process that takes a snapshot. */
export type SnapshotProcess = Pick<Deno.ChildProcess, "kill" | "status">;

/** Rounds of snapshots, from start to stop. */
export class SnapshotRounds {
  readonly #launch: () => SnapshotProcess;
  readonly #say: Say;
  #timer: ReturnType<typeof setInterval> | undefined;
  #running: SnapshotProcess | null = null;
  #isStopped = false;

  /** @param launch starts the process; called at most once at a time */
  constructor(launch: () => SnapshotProcess, say: Say) {
    this.#launch = launch;
    this.#say = say;
  }

  /** Begins: the first snapshot after one interval. */
  start(everyMillis: number): void {
    this.#timer = setInterval(() => void this.#round(), everyMillis);
  }

  /** Ends, with a process that runs. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    const running = this.#running;
    if (running === null) return;
    running.kill("SIGKILL");
    await running.status;
  }

  /** A snapshot that takes longer than the interval is waited for, not overtaken. */
  async #round(): Promise<void> {
    if (this.#running !== null) return;
    this.#running = this.#launch();
    const { code } = await this.#running.status;
    this.#running = null;
    if (code === 0 || this.#isStopped) return;
    this.#say(`no snapshot could be taken (exit code ${code}); it is tried again`);
  }
}
