/**
 * The one table from a result code to what a client sees of it: HTTP status, stable public code and
 * title. A public code has one status, whichever stage met the problem.
 *
 * Codes of the band of 700 are no problems but reasons why an order ended; they stand in the order
 * itself (core/history/reason.ts names them).
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { AdmissionCode } from "../../core/limits/admission_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { EdgeCode } from "./edge_code.ts";
import { kind, notUnderstood, type ProblemKind } from "./problem_kind.ts";

type NoProblem =
  | "ok"
  | "canceledByRequest"
  | "selfTrade"
  | "immediateRemainder"
  | "fillOrKill"
  | "marketRemainder"
  | "fillsPerCommand"
  | "canceledByOperator";
type CoreProblem = (typeof ResultCode)[Exclude<keyof typeof ResultCode, NoProblem>];

/** A result code that is a problem to whoever asked. */
export type ProblemCode =
  | CoreProblem
  | Exclude<AuthCode, 0>
  | Exclude<AdmissionCode, 0>
  | EdgeCode;

/** One for every way in which a signature can be wrong: it says nothing about which. */
const notSigned = kind(401, "signature_invalid", "The request is not signed by a valid key");
const rateLimited = kind(429, "rate_limited", "Too many requests");

/** By result code. */
export const PROBLEMS = {
  [ResultCode.frameTruncated]: notUnderstood("frame_truncated"),
  [ResultCode.frameMagic]: notUnderstood("frame_magic"),
  [ResultCode.frameVersion]: notUnderstood("frame_version"),
  [ResultCode.frameKind]: notUnderstood("frame_kind"),
  [ResultCode.frameTooLong]: notUnderstood("frame_too_long"),
  [ResultCode.frameRecordCount]: notUnderstood("frame_record_count"),
  [ResultCode.frameNumberUnsafe]: notUnderstood("frame_number_unsafe"),
  [ResultCode.frameText]: notUnderstood("frame_text"),
  [ResultCode.frameCrc]: notUnderstood("frame_crc"),
  [ResultCode.frameGap]: notUnderstood("frame_gap"),
  [ResultCode.frameCommandKind]: notUnderstood("frame_command_kind"),
  [ResultCode.leaderBusy]: kind(503, "leader_busy", "The matching engine is busy", 1),
  [ResultCode.leaderStarting]: kind(503, "leader_starting", "The matching engine is starting", 1),
  [ResultCode.journalUnavailable]: kind(
    503,
    "journal_unavailable",
    "The journal takes nothing now, so no order can be accepted",
    1,
  ),

  [ResultCode.unknownKind]: notUnderstood("unknown_kind"),
  [ResultCode.invalidSide]: kind(400, "invalid_side", "The side is not valid"),
  [ResultCode.invalidOrderType]: kind(400, "invalid_order_type", "The order type is not valid"),
  [ResultCode.invalidTimeInForce]: kind(
    400,
    "invalid_time_in_force",
    "The time in force is not valid for this type of order",
  ),
  [ResultCode.invalidFlags]: kind(400, "invalid_flags", "These options do not go together"),
  [ResultCode.invalidSelfTrade]: kind(
    400,
    "invalid_self_trade",
    "The self-trade prevention is not valid",
  ),
  [ResultCode.unsafeInteger]: kind(400, "unsafe_integer", "A number is out of range"),
  [ResultCode.reservedNotZero]: notUnderstood("reserved_not_zero"),
  [ResultCode.missingRequestKey]: notUnderstood("missing_request_key"),
  [ResultCode.priceZero]: kind(400, "price_zero", "The price is zero"),
  [ResultCode.priceTooHigh]: kind(400, "price_too_high", "The price is too high"),
  [ResultCode.quantityZero]: kind(400, "quantity_zero", "The quantity is zero"),
  [ResultCode.quantityTooHigh]: kind(400, "quantity_too_high", "The quantity is too high"),
  [ResultCode.deadlinePassed]: kind(
    503,
    "deadline_passed",
    "The request came to the matching engine after its deadline and was not carried out",
    1,
  ),
  [ResultCode.amendEmpty]: kind(400, "amend_empty", "The amend changes nothing"),

  [ResultCode.unknownAccount]: kind(422, "unknown_account", "The account is not open"),
  [ResultCode.accountDisabled]: kind(422, "account_disabled", "The account may not trade"),
  [ResultCode.insufficientFunds]: kind(
    422,
    "insufficient_funds",
    "The account has less available than the order needs",
  ),
  [ResultCode.openOrdersFull]: kind(
    422,
    "open_orders_full",
    "The account has as many open orders as it may have",
  ),
  [ResultCode.supplyTooHigh]: kind(422, "supply_too_high", "The asset's supply would be too high"),

  [ResultCode.unknownInstrument]: kind(
    404,
    "unknown_instrument",
    "The matching engine does not know the instrument",
  ),
  [ResultCode.halted]: kind(422, "halted", "Trading in this instrument is halted"),
  [ResultCode.postOnlyWouldCross]: kind(
    422,
    "post_only_would_cross",
    "The order would trade at once, and is post-only",
  ),
  [ResultCode.unknownOrder]: kind(404, "unknown_order", "The account has no such order"),
  [ResultCode.orderPoolFull]: kind(503, "order_pool_full", "The market has no room for orders", 5),
  [ResultCode.quantityExecuted]: kind(
    422,
    "quantity_executed",
    "The new quantity is not above what the order has executed",
  ),

  [ResultCode.differentContent]: kind(
    409,
    "different_content",
    "The client order id or idempotency key was used before, for another request",
  ),
  [ResultCode.outcomeQuotaFull]: kind(
    429,
    "outcome_quota_full",
    "The account has sent more commands than the venue remembers outcomes for",
    60,
  ),
  [ResultCode.outcomeTableFull]: kind(
    503,
    "outcome_table_full",
    "The market has no room to remember more outcomes",
    5,
  ),

  [ResultCode.unknownAsset]: kind(422, "unknown_asset", "The asset is not known"),
  [ResultCode.assetExists]: kind(422, "asset_exists", "The asset exists with other terms"),
  [ResultCode.instrumentExists]: kind(422, "instrument_exists", "The instrument exists already"),
  [ResultCode.instrumentInvalid]: kind(422, "instrument_invalid", "The terms are not valid"),
  [ResultCode.accountInvalid]: kind(422, "account_invalid", "The account number is not valid"),
  [ResultCode.notClaimed]: notUnderstood("not_claimed"),
  [ResultCode.notOneOwner]: kind(
    422,
    "not_one_owner",
    "The accounts do not belong to one owner: they are in no trade group together",
  ),
  [ResultCode.ordersRest]: kind(
    422,
    "orders_rest",
    "Orders rest in the book that the change is against",
  ),
  [ResultCode.termsChanged]: kind(
    409,
    "terms_changed",
    "The terms are not what they were taken to be",
  ),

  [AuthCode.headerMissing]: kind(401, "signature_missing", "The request is not signed"),
  [AuthCode.keyMalformed]: notSigned,
  [AuthCode.timestampMalformed]: kind(400, "timestamp_malformed", "The timestamp is malformed"),
  [AuthCode.recvWindowMalformed]: kind(
    400,
    "recv_window_malformed",
    "The receive window is malformed",
  ),
  [AuthCode.signatureMalformed]: notSigned,
  [AuthCode.timestampTooOld]: kind(401, "timestamp_too_old", "The request is too old"),
  [AuthCode.timestampAhead]: kind(401, "timestamp_ahead", "The request comes from the future"),
  [AuthCode.keyUnknown]: notSigned,
  [AuthCode.keyRevoked]: notSigned,
  [AuthCode.keyExpired]: notSigned,
  [AuthCode.signatureWrong]: notSigned,
  [AuthCode.scopeMissing]: kind(403, "scope_missing", "The key may not be used for this"),
  [AuthCode.keysUnavailable]: kind(503, "keys_unavailable", "Keys cannot be checked now", 1),
  [AuthCode.twoCredentials]: kind(
    400,
    "two_credentials",
    "The request is signed and bears a token; it takes one of them",
  ),
  [AuthCode.tokenInvalid]: kind(401, "token_invalid", "The bearer token is not valid here"),
  [AuthCode.tokenExpired]: kind(401, "token_expired", "The bearer token has expired"),
  [AuthCode.addressNotAllowed]: kind(
    403,
    "address_not_allowed",
    "The key may not be used from this address",
  ),
  [AuthCode.idempotencyKeyMalformed]: kind(
    400,
    "idempotency_key_malformed",
    "The idempotency key is malformed",
  ),

  [AdmissionCode.keyTokens]: rateLimited,
  [AdmissionCode.keyLeak]: rateLimited,
  [AdmissionCode.keyCancels]: rateLimited,
  [AdmissionCode.addressTokens]: rateLimited,
  [AdmissionCode.addressLeak]: rateLimited,
  [AdmissionCode.addressCancels]: rateLimited,
  [AdmissionCode.addressBanned]: kind(403, "address_banned", "This address is not served"),

  [EdgeCode.malformedJson]: kind(400, "malformed_json", "The body is not JSON"),
  [EdgeCode.notAnObject]: kind(400, "not_an_object", "The body is not a JSON object"),
  [EdgeCode.unknownField]: kind(400, "unknown_field", "The body has a field that is not known"),
  [EdgeCode.missingField]: kind(400, "missing_field", "The body lacks a field"),
  [EdgeCode.invalidField]: kind(400, "invalid_field", "A field of the body is not valid"),
  [EdgeCode.invalidDecimal]: kind(400, "invalid_decimal", "A field is not a decimal string"),
  [EdgeCode.priceOffTick]: kind(400, "price_off_tick", "The price is not a multiple of the tick"),
  [EdgeCode.quantityOffLot]: kind(
    400,
    "quantity_off_lot",
    "The quantity is not a multiple of the lot",
  ),
  [EdgeCode.quoteQuantityTooPrecise]: kind(
    400,
    "quote_quantity_too_precise",
    "The budget has more decimals than the asset",
  ),
  [EdgeCode.invalidCombination]: kind(
    400,
    "invalid_combination",
    "These fields do not go together",
  ),
  [EdgeCode.unknownSymbol]: kind(404, "unknown_symbol", "There is no instrument of this symbol"),
  [EdgeCode.unknownParameter]: kind(400, "unknown_parameter", "The query is not understood"),
  [EdgeCode.invalidParameter]: kind(400, "invalid_parameter", "A query parameter is not valid"),

  [EdgeCode.invalidFrame]: kind(400, "invalid_frame", "The body is not a frame of orders"),
  [EdgeCode.invalidRecord]: kind(400, "invalid_record", "A record of the frame is not valid"),
  [EdgeCode.tooManyCommands]: kind(
    400,
    "too_many_commands",
    "The request has more commands than the key's limits let in at once",
  ),

  [EdgeCode.bodyTooLarge]: kind(413, "body_too_large", "The body is too large"),
  [EdgeCode.bodyUnexpected]: kind(400, "body_unexpected", "This request takes no body"),
  [EdgeCode.bodyUnreadable]: kind(400, "body_unreadable", "The body did not arrive"),
  [EdgeCode.bodyTooSlow]: kind(408, "body_too_slow", "The body did not arrive in time"),
  [EdgeCode.unsupportedMediaType]: kind(
    415,
    "unsupported_media_type",
    "The body is of a media type that this request does not take",
  ),
  [EdgeCode.urlTooLong]: kind(414, "url_too_long", "The URL is too long"),
  [EdgeCode.headersTooLarge]: kind(431, "headers_too_large", "The header fields are too large"),

  [EdgeCode.notFound]: kind(404, "not_found", "There is nothing at this path"),
  [EdgeCode.methodNotAllowed]: kind(405, "method_not_allowed", "The path takes other methods"),

  [EdgeCode.overloaded]: kind(503, "overloaded", "The gateway has no room for more commands", 1),
  [EdgeCode.starting]: kind(503, "starting", "The gateway is not connected yet", 1),
  [EdgeCode.leaderUnavailable]: kind(
    503,
    "leader_unavailable",
    "The matching engine does not answer",
    1,
  ),
  [EdgeCode.brokerUnavailable]: kind(
    503,
    "broker_unavailable",
    "The gateway does not reach the broker",
    1,
  ),
  [EdgeCode.historyUnavailable]: kind(503, "history_unavailable", "History does not answer", 1),
  [EdgeCode.marketDataUnavailable]: kind(
    503,
    "market_data_unavailable",
    "Market data does not answer",
    1,
  ),
  [EdgeCode.behind]: kind(503, "behind", "What was asked for has not happened here yet", 1),
  [EdgeCode.instrumentUnknown]: kind(
    503,
    "instrument_unknown",
    "The gateway has not learnt the terms of an instrument yet",
    1,
  ),
  [EdgeCode.streamsNotConfigured]: kind(
    501,
    "streams_not_configured",
    "This gateway mints no stream credentials",
  ),
  [EdgeCode.streamsUnavailable]: kind(
    503,
    "streams_unavailable",
    "Stream credentials cannot be minted now",
    1,
  ),

  [EdgeCode.registrarUnavailable]: kind(
    503,
    "registrar_unavailable",
    "Keys and administration cannot be changed now",
    1,
  ),
  [EdgeCode.actUnanswered]: kind(
    503,
    "act_unanswered",
    "No answer came in time: whether it was carried out is not known",
    1,
  ),
  [EdgeCode.signatureRequired]: kind(
    403,
    "signature_required",
    "This takes a request that a key has signed, and no token",
  ),
  [EdgeCode.keyNotFound]: kind(404, "key_not_found", "The account has no such key"),
  [EdgeCode.keyBeyondOwn]: kind(
    422,
    "key_beyond_own",
    "The new key would be good for more than the one that asks for it",
  ),
  [EdgeCode.keysFull]: kind(422, "keys_full", "The account has as many keys as it may have"),
  [EdgeCode.keyKindRefused]: kind(
    403,
    "key_kind_refused",
    "This takes a request that an Ed25519 key has signed",
  ),

  [EdgeCode.unknownChannel]: kind(400, "unknown_channel", "There is no channel of this name"),
  [EdgeCode.tooManyChannels]: kind(400, "too_many_channels", "A stream has no room for more"),
  [EdgeCode.invalidCursor]: kind(400, "invalid_cursor", "The cursor is not one of this service"),
  [EdgeCode.tooManyStreams]: kind(
    429,
    "too_many_streams",
    "The address or account has as many streams as it may have",
    5,
  ),
  [EdgeCode.streamsFull]: kind(503, "streams_full", "The gateway has no room for more streams", 5),
  [EdgeCode.ticketInvalid]: kind(401, "ticket_invalid", "The stream ticket is not valid any more"),
  [EdgeCode.upgradeRequired]: kind(426, "upgrade_required", "This path is for WebSockets"),
  [EdgeCode.notLoggedIn]: kind(401, "not_logged_in", "The channel needs a login first"),
  [EdgeCode.messageTooLarge]: kind(413, "message_too_large", "The message is too large"),
  [EdgeCode.tooManyMessages]: kind(429, "too_many_messages", "Too many messages on this socket", 1),

  [EdgeCode.internal]: kind(500, "internal", "Something went wrong here"),
} as const satisfies Readonly<Record<ProblemCode, ProblemKind>>;

/** A stable public code. */
export type PublicCode = (typeof PROBLEMS)[ProblemCode]["code"];

/** What a client sees of a code that may be any number; an unknown one is `internal`. */
export function problemKind(code: number): ProblemKind {
  const found: ProblemKind | undefined = (PROBLEMS as Record<number, ProblemKind>)[code];
  return found ?? PROBLEMS[EdgeCode.internal];
}
