/**
 * A channel that an app listens to: who is told, where it is, and whether it is complete.
 *
 * @module
 */
import type { RefusedError } from "./client_error.ts";

/** What a channel brings. */
export interface ChannelEvent {
  /** `joined`: from here on the channel is complete; `gap`: something could not be given. */
  readonly type: "message" | "snapshot" | "joined" | "gap";
  readonly channel: string;
  // deno-lint-ignore no-explicit-any -- a message of a feed: each channel has another
  readonly data: any;
}

/** One who is told what a channel brings. */
export type ChannelHandler = (event: ChannelEvent) => void;

/** One channel. */
export class ListenedChannel {
  readonly handlers = new Set<ChannelHandler>();
  /** Its place; empty where it has none yet. */
  cursor = "";
  #joined!: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: RefusedError) => void;
  #isRefused = false;

  constructor() {
    this.#wait();
  }

  /** Settles when the channel is complete for the first time, rejects where it is refused. */
  get joined(): Promise<void> {
    return this.#joined;
  }

  /** It is asked for, again where it was refused. */
  ask(): void {
    if (this.#isRefused) this.#wait();
  }

  /** It is complete. */
  settle(): void {
    this.#resolve();
  }

  /** The exchange does not give it. */
  refuse(error: RefusedError): void {
    this.#isRefused = true;
    this.#reject(error);
  }

  #wait(): void {
    this.#isRefused = false;
    this.#joined = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Not everybody asks whether it is complete, and a refusal is told elsewhere as well.
    this.#joined.catch(() => {});
  }
}
