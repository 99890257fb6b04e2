/**
 * Who listens to a stream of Binance's, and his place there.
 *
 * @module
 */
import type { StreamEnd } from "../../streams/stream_end.ts";
import type { StreamEventText } from "./stream_event_text.ts";

/** Somebody who listens to a stream. Neither method may throw. */
export interface StreamListener {
  take(event: StreamEventText): void;
  /** Nothing comes after it. */
  ended(reason: StreamEnd): void;
}

/** A listener's place. */
export interface StreamSeat {
  /** Settles when nothing is missed any more. Rejects where the broker is lost. */
  readonly ready: Promise<unknown>;
  /** Listens no longer. A second call changes nothing. */
  leave(): void;
}
