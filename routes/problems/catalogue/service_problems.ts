/**
 * The catalogue's part about the service itself, and about administration.
 *
 * @module
 */
import type { CataloguePart } from "./catalogue_entry.ts";

/** Streams at the edge. */
export const STREAM_PROBLEMS = {
  unknown_channel: [
    "There is no channel of this name, or no such instrument.",
    "Name it as STREAMS.md has it, such as `trades:BTC-USD`; `GET /v1/instruments` has the symbols.",
  ],
  too_many_channels: [
    "A stream has no room for more channels; `limit` says how many it takes.",
    "Open another stream for the others.",
  ],
  invalid_cursor: [
    "The cursor is none that a stream has given.",
    "Come back with the last `id` or `cursor` as it came, or without one.",
  ],
  too_many_streams: [
    "The address or the account has as many streams open as it may have.",
    "Close one that is not used, or take several channels in one.",
  ],
  streams_full: [
    "The gateway has no room for more streams.",
    "Connect again after `Retry-After`; another gateway may have room.",
  ],
  ticket_invalid: [
    "The stream ticket was used, is too old, or was not given here.",
    "Ask for another with `POST /v1/stream-tickets`, and open the stream at once.",
  ],
  upgrade_required: [
    "The path is for WebSockets.",
    "Open it with a WebSocket client, or read `GET /v1/stream`.",
  ],
  not_logged_in: [
    "The channel is private, and the socket has not logged in.",
    'Send `{"op": "login"}` first.',
  ],
  message_too_large: [
    "A message on the socket is longer than it may be.",
    "Ask for fewer channels in one message.",
  ],
  too_many_messages: [
    "The socket sends more messages than it may.",
    "Send fewer; what was asked in this message was not done.",
  ],
} as const satisfies CataloguePart;

/** What is not there at the moment. */
export const AVAILABILITY_PROBLEMS = {
  registrar_unavailable: [
    "Whoever changes keys and carries out administration does not answer. Nothing was changed.",
    "Send the request again after `Retry-After`.",
  ],
  act_unanswered: [
    "The change was handed over and no answer came in time: whether it was made is not known.",
    "Send the very same signed request again: it is made once. Or look whether it was made, with " +
    "`GET /v1/keys` or `GET /v1/transfers`.",
  ],
  starting: ["The gateway is not connected yet.", "Send the request again after `Retry-After`."],
  leader_unavailable: [
    "The matching engine does not answer. A command may have been carried out all the same.",
    "Send the same request again with the same client order id or idempotency key.",
  ],
  leader_busy: [
    "The matching engine takes no more at the moment.",
    "Send the same request again after `Retry-After`.",
  ],
  leader_starting: [
    "The matching engine is about to start or to take over.",
    "Send the same request again after `Retry-After`.",
  ],
  broker_unavailable: [
    "The gateway has lost the broker. A command may have been carried out all the same.",
    "Send the same request again with the same client order id or idempotency key.",
  ],
  journal_unavailable: [
    "The journal stores nothing at the moment, so no command can be accepted.",
    "Send the same request again after `Retry-After`.",
  ],
  order_pool_full: ["The market has no room for more orders.", "Try again after `Retry-After`."],
  outcome_table_full: [
    "The market has no room to remember more outcomes, so it takes no new commands. Cancels pass.",
    "Try again after `Retry-After`.",
  ],
  history_unavailable: [
    "History does not answer. Orders are taken all the same.",
    "Read again after `Retry-After`.",
  ],
  market_data_unavailable: [
    "Market data does not answer. Orders are taken all the same.",
    "Read again after `Retry-After`.",
  ],
  behind: [
    "What `minSequence` asks for has not arrived here yet.",
    "Read again after `Retry-After`; a sequence that nobody was given never arrives.",
  ],
  instrument_unknown: [
    "The gateway has not learnt the terms of an instrument yet that the answer is about.",
    "Read again after `Retry-After`.",
  ],
  streams_not_configured: [
    "This deployment mints no stream credentials.",
    "Ask the operator for NATS credentials.",
  ],
  streams_unavailable: [
    "Stream credentials cannot be minted at the moment.",
    "Try again after `Retry-After`.",
  ],
  internal: [
    "Something went wrong that should not. It is in the gateway's log under the request's id.",
    "Tell the operator the `requestId`. Repeat a command with the same client order id only.",
  ],
} as const satisfies CataloguePart;

/** Acts of the operator. */
export const ADMINISTRATION_PROBLEMS = {
  unknown_asset: ["There is no asset of this number.", "Define the asset first."],
  asset_exists: ["The asset exists with other terms, which never change.", "Choose another name."],
  instrument_exists: ["The instrument exists already.", "Choose another symbol."],
  instrument_invalid: [
    "The terms of the instrument do not fit together.",
    "Correct the steps, bounds and fees.",
  ],
  orders_rest: [
    "Terms were to change in a way that is against the orders that rest: a buy holds its fee at the " +
    "higher of the two rates, and no order stands above the highest price.",
    "Kill the instrument (`POST /v1/admin/instruments/{symbol}/kill`), change the terms, resume it.",
  ],
  terms_changed: [
    "A term that was to change is not what it was taken to be: somebody else has changed it.",
    "Read the terms, and ask again where the change is still wanted.",
  ],
  account_invalid: [
    "The number of the account is not valid, or a transfer goes to the account that it comes from.",
    "Name another account: `value` is the one that was refused.",
  ],
  supply_too_high: [
    "The asset's whole supply would be more than can be computed exactly.",
    "Deposit less.",
  ],
} as const satisfies CataloguePart;

const BETWEEN = [
  "The gateway and the matching engine do not understand each other: they are of different " +
  "versions, or a message was damaged on its way.",
  "Tell the operator the `requestId`. Nothing of the request was carried out.",
] as const;

/** Between the processes: nothing that a client can cause or cure. */
export const PROTOCOL_PROBLEMS = {
  frame_truncated: BETWEEN,
  frame_magic: BETWEEN,
  frame_version: BETWEEN,
  frame_kind: BETWEEN,
  frame_too_long: BETWEEN,
  frame_record_count: BETWEEN,
  frame_number_unsafe: BETWEEN,
  frame_text: BETWEEN,
  frame_crc: BETWEEN,
  frame_gap: BETWEEN,
  frame_command_kind: BETWEEN,
  unknown_kind: BETWEEN,
  reserved_not_zero: BETWEEN,
  missing_request_key: BETWEEN,
  not_claimed: BETWEEN,
} as const satisfies CataloguePart;
