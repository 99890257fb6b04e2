/**
 * The catalogue's part about the service itself, and about administration.
 *
 * @module
 */
import type { CataloguePart } from "./catalogue_entry.ts";

/** What is not there at the moment. */
export const AVAILABILITY_PROBLEMS = {
  registrar_unavailable: [
    "Whoever changes keys and carries out administration does not answer. Nothing was changed.",
    "Send the request again after `Retry-After`.",
  ],
  act_unanswered: [
    "The change was handed over and no answer came in time: whether it was made is not known.",
    "Look whether it was made, or send the same signed request again: it is made once.",
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
  account_invalid: ["The number of the account is not valid.", "Choose one from 1 to 4294967295."],
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
