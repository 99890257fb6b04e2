/**
 * Why a stream ends, as its client is told.
 *
 * @module
 */

/** What is said of an end. */
export interface StreamEndKind {
  /** Close code of a socket. */
  readonly closeCode: number;
  readonly detail: string;
}

/** By the reason that a client is told. */
export const STREAM_ENDS = {
  slow_reader: {
    closeCode: 4008,
    detail: "More waits for you than may wait; resume by the cursor",
  },
  draining: { closeCode: 4001, detail: "This gateway stops; connect again" },
  backend_lost: { closeCode: 4002, detail: "This gateway has lost the broker; connect again" },
  unavailable: { closeCode: 4003, detail: "What was asked for does not come; connect again" },
  not_allowed: { closeCode: 4004, detail: "This gateway may not hear the feed" },
  key_invalid: { closeCode: 4005, detail: "The key or issuer is not valid any more" },
  expired: { closeCode: 4006, detail: "The login is over; log in again" },
  too_many_messages: { closeCode: 4007, detail: "Too many messages on this socket" },
  message_too_large: { closeCode: 1009, detail: "The message is too large" },
} as const satisfies Readonly<Record<string, StreamEndKind>>;

/** One of the reasons. */
export type StreamEnd = keyof typeof STREAM_ENDS;
