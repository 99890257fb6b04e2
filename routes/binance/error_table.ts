/**
 * The one table from a result code to Binance's error, and how a refusal is written.
 *
 * The texts are Binance's own to the letter, for libraries compare them. What Binance does not say
 * (which limit was met, which value came) can stand in none of them.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { AdmissionCode } from "../../core/limits/admission_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import type { Problem } from "../problems/problem.ts";
import { type ProblemCode, problemKind } from "../problems/problems.ts";
import type { HeaderFields, Reply } from "../reply.ts";
import { type BinanceError, binanceError, BinanceProblem } from "./binance_error.ts";

const JSON_TYPE = "application/json";

/** Of nothing in particular: also of a code that is not known. */
const internal = binanceError(
  -1000,
  "An unknown error occurred while processing the request.",
  500,
);
/** Of an administrative command, which nobody sends in this dialect. */
const administrative: BinanceError = { ...internal, status: 400 };
/** Of a request that this dialect has not. */
const elsewhere: BinanceError = administrative;
const notCarriedOut = binanceError(
  -1001,
  "Internal error; unable to process your request. Please try again.",
  503,
);
const busy = binanceError(
  -1008,
  "Server is currently overloaded with other requests. Please try again in a few minutes.",
  503,
);
const tooMany = binanceError(
  -1003,
  "Too much request weight used; please use WebSocket Streams for live updates to avoid polling the API.",
  429,
);
/** One for every way in which a signature can be wrong: it says nothing about which. */
const notSigned = binanceError(-1022, "Signature for this request is not valid.");
const notPermitted = binanceError(
  -2015,
  "Invalid API-key, IP, or permissions for action.",
  401,
);
const outsideWindow = binanceError(
  -1021,
  "Timestamp for this request is outside of the recvWindow.",
);
const missing = binanceError(
  -1102,
  "Mandatory parameter '%s' was not sent, was empty/null, or malformed.",
);
const invalid = binanceError(-1130, "Data sent for parameter '%s' is not valid.");
const combination = binanceError(-1014, "Unsupported order combination.");
const badSymbol = binanceError(-1121, "Invalid symbol.");
const precision = binanceError(-1111, "Parameter '%s' has too much precision.");
const priceFilter = binanceError(-1013, "Filter failure: PRICE_FILTER");
const lotSize = binanceError(-1013, "Filter failure: LOT_SIZE");
const noOrder = binanceError(-2013, "Order does not exist.");
const duplicate = binanceError(-2010, "Duplicate order sent.");
const rejected = (msg: string): BinanceError => binanceError(-2010, msg);

/** By result code. `%s` is the name of the parameter. */
export const BINANCE_ERRORS: Readonly<Record<ProblemCode, BinanceError>> = {
  [ResultCode.frameTruncated]: internal,
  [ResultCode.frameMagic]: internal,
  [ResultCode.frameVersion]: internal,
  [ResultCode.frameKind]: internal,
  [ResultCode.frameTooLong]: internal,
  [ResultCode.frameRecordCount]: internal,
  [ResultCode.frameNumberUnsafe]: internal,
  [ResultCode.frameText]: internal,
  [ResultCode.frameCrc]: internal,
  [ResultCode.frameGap]: internal,
  [ResultCode.frameCommandKind]: internal,
  [ResultCode.leaderBusy]: busy,
  [ResultCode.leaderStarting]: busy,
  [ResultCode.journalUnavailable]: notCarriedOut,

  [ResultCode.unknownKind]: internal,
  [ResultCode.invalidSide]: binanceError(-1117, "Invalid side."),
  [ResultCode.invalidOrderType]: binanceError(-1116, "Invalid orderType."),
  [ResultCode.invalidTimeInForce]: binanceError(-1115, "Invalid timeInForce."),
  [ResultCode.invalidFlags]: combination,
  [ResultCode.invalidSelfTrade]: invalid,
  [ResultCode.unsafeInteger]: invalid,
  [ResultCode.reservedNotZero]: internal,
  [ResultCode.missingRequestKey]: internal,
  [ResultCode.priceZero]: priceFilter,
  [ResultCode.priceTooHigh]: priceFilter,
  [ResultCode.quantityZero]: lotSize,
  [ResultCode.quantityTooHigh]: lotSize,
  [ResultCode.deadlinePassed]: outsideWindow,
  [ResultCode.amendEmpty]: missing,

  [ResultCode.unknownAccount]: rejected("This action is disabled on this account."),
  [ResultCode.accountDisabled]: rejected("This account may not place or cancel orders."),
  [ResultCode.insufficientFunds]: rejected(
    "Account has insufficient balance for requested action.",
  ),
  [ResultCode.openOrdersFull]: binanceError(-1013, "Filter failure: EXCHANGE_MAX_NUM_ORDERS"),
  [ResultCode.supplyTooHigh]: administrative,

  [ResultCode.unknownInstrument]: badSymbol,
  [ResultCode.halted]: rejected("Market is closed."),
  [ResultCode.postOnlyWouldCross]: rejected("Order would immediately match and take."),
  [ResultCode.unknownOrder]: noOrder,
  [ResultCode.orderPoolFull]: busy,
  [ResultCode.quantityExecuted]: binanceError(
    -2038,
    "The requested action would change no state; rejecting.",
  ),

  [ResultCode.differentContent]: duplicate,
  [ResultCode.outcomeQuotaFull]: binanceError(-1015, "Too many new orders.", 429),
  [ResultCode.outcomeTableFull]: busy,

  [ResultCode.unknownAsset]: administrative,
  [ResultCode.assetExists]: administrative,
  [ResultCode.instrumentExists]: administrative,
  [ResultCode.instrumentInvalid]: administrative,
  [ResultCode.accountInvalid]: administrative,
  [ResultCode.notOneOwner]: administrative,
  [ResultCode.ordersRest]: administrative,
  [ResultCode.termsChanged]: administrative,
  [ResultCode.notClaimed]: internal,

  [AuthCode.headerMissing]: binanceError(-2014, "API-key format invalid.", 401),
  [AuthCode.keyMalformed]: notSigned,
  [AuthCode.timestampMalformed]: missing,
  [AuthCode.recvWindowMalformed]: binanceError(-1131, "recvWindow must be less than 60000."),
  [AuthCode.signatureMalformed]: notSigned,
  [AuthCode.timestampTooOld]: outsideWindow,
  [AuthCode.timestampAhead]: binanceError(
    -1021,
    "Timestamp for this request was 1000ms ahead of the server's time.",
  ),
  [AuthCode.keyUnknown]: notSigned,
  [AuthCode.keyRevoked]: notSigned,
  [AuthCode.keyExpired]: notSigned,
  [AuthCode.signatureWrong]: notSigned,
  [AuthCode.scopeMissing]: notPermitted,
  [AuthCode.keysUnavailable]: notCarriedOut,
  [AuthCode.twoCredentials]: notPermitted,
  [AuthCode.tokenInvalid]: notPermitted,
  [AuthCode.tokenExpired]: notPermitted,
  [AuthCode.addressNotAllowed]: notPermitted,
  [AuthCode.idempotencyKeyMalformed]: invalid,

  [AdmissionCode.keyTokens]: tooMany,
  [AdmissionCode.keyLeak]: tooMany,
  [AdmissionCode.keyCancels]: tooMany,
  [AdmissionCode.addressTokens]: tooMany,
  [AdmissionCode.addressLeak]: tooMany,
  [AdmissionCode.addressCancels]: tooMany,
  [AdmissionCode.addressBanned]: binanceError(
    -1003,
    "Way too much request weight used; IP banned. Please use WebSocket Streams for live updates to avoid bans.",
    418,
  ),

  [EdgeCode.unknownChannel]: elsewhere,
  [EdgeCode.tooManyChannels]: elsewhere,
  [EdgeCode.invalidCursor]: elsewhere,
  [EdgeCode.tooManyStreams]: tooMany,
  [EdgeCode.streamsFull]: busy,
  [EdgeCode.ticketInvalid]: elsewhere,
  [EdgeCode.upgradeRequired]: binanceError(-1000, "This path is for WebSockets.", 426),
  [EdgeCode.notLoggedIn]: elsewhere,
  [EdgeCode.messageTooLarge]: elsewhere,
  [EdgeCode.tooManyMessages]: tooMany,
  [EdgeCode.invalidFrame]: elsewhere,
  [EdgeCode.invalidRecord]: elsewhere,
  [EdgeCode.tooManyCommands]: elsewhere,
  [EdgeCode.registrarUnavailable]: notCarriedOut,
  [EdgeCode.actUnanswered]: notCarriedOut,
  [EdgeCode.signatureRequired]: elsewhere,
  [EdgeCode.keyNotFound]: elsewhere,
  [EdgeCode.keyBeyondOwn]: elsewhere,
  [EdgeCode.keyKindRefused]: elsewhere,
  [EdgeCode.keysFull]: elsewhere,

  [EdgeCode.malformedJson]: invalid,
  [EdgeCode.notAnObject]: invalid,
  [EdgeCode.unknownField]: binanceError(-1104, "Not all sent parameters were read."),
  [EdgeCode.missingField]: missing,
  [EdgeCode.invalidField]: invalid,
  [EdgeCode.invalidDecimal]: binanceError(
    -1100,
    "Illegal characters found in parameter '%s'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
  ),
  [EdgeCode.priceOffTick]: priceFilter,
  [EdgeCode.quantityOffLot]: lotSize,
  [EdgeCode.quoteQuantityTooPrecise]: precision,
  [EdgeCode.invalidCombination]: combination,
  [EdgeCode.unknownSymbol]: badSymbol,
  [EdgeCode.unknownParameter]: binanceError(-1104, "Not all sent parameters were read."),
  [EdgeCode.invalidParameter]: invalid,

  [EdgeCode.bodyTooLarge]: binanceError(-1101, "Too many parameters sent for this endpoint.", 413),
  [EdgeCode.bodyUnexpected]: binanceError(-1101, "Too many parameters sent for this endpoint."),
  [EdgeCode.bodyUnreadable]: missing,
  [EdgeCode.bodyTooSlow]: notCarriedOut,
  [EdgeCode.unsupportedMediaType]: binanceError(
    -1100,
    "Illegal characters found in parameter '%s'; legal range is 'application/x-www-form-urlencoded'.",
    415,
  ),
  [EdgeCode.urlTooLong]: binanceError(-1101, "Too many parameters sent for this endpoint.", 414),
  [EdgeCode.headersTooLarge]: binanceError(-1100, "Illegal characters found in a parameter.", 431),

  [EdgeCode.notFound]: binanceError(-1020, "This operation is not supported.", 404),
  [EdgeCode.methodNotAllowed]: binanceError(-1020, "This operation is not supported.", 405),

  [EdgeCode.overloaded]: busy,
  [EdgeCode.starting]: busy,
  [EdgeCode.leaderUnavailable]: notCarriedOut,
  [EdgeCode.brokerUnavailable]: notCarriedOut,
  [EdgeCode.historyUnavailable]: notCarriedOut,
  [EdgeCode.marketDataUnavailable]: notCarriedOut,
  [EdgeCode.behind]: notCarriedOut,
  [EdgeCode.instrumentUnknown]: notCarriedOut,
  [EdgeCode.streamsNotConfigured]: binanceError(-1020, "This operation is not supported.", 501),
  [EdgeCode.streamsUnavailable]: notCarriedOut,

  [EdgeCode.internal]: internal,
};

/** Names of fields that are called otherwise here. */
const NAMES: Readonly<Record<string, string>> = {
  quoteQuantity: "quoteOrderQty",
  clientOrderId: "newClientOrderId",
  selfTradePrevention: "selfTradePreventionMode",
};

/** The error that a refusal is to a client of Binance. */
export function errorOf(problem: Problem): BinanceError {
  if (problem instanceof BinanceProblem) return problem.error;
  const table: Readonly<Record<number, BinanceError | undefined>> = BINANCE_ERRORS;
  const error = table[problem.code] ?? internal;
  if (!error.msg.includes("%s")) return error;
  const { field = "" } = problem.details;
  return { ...error, msg: error.msg.replace("%s", NAMES[field] ?? field) };
}

/** Writes a refusal. Its status is Binance's, and it says when to come again as every other does. */
export function writeError(problem: Problem): Reply {
  const { status, code, msg, data } = errorOf(problem);
  const { headers = [], retryAfterSeconds } = problem.details;
  const seconds = retryAfterSeconds ?? problemKind(problem.code).retryAfterSeconds;
  const retry: HeaderFields = seconds === 0 ? [] : [["retry-after", String(seconds)]];
  return {
    status,
    body: JSON.stringify({ code, msg, data }),
    contentType: JSON_TYPE,
    headers: [...headers, ...retry],
  };
}
