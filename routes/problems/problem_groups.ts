/**
 * Problems that go together, for the operations of endpoints that share a way.
 *
 * @module
 */
import { AuthCode } from "../../core/auth/auth_code.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { EdgeCode } from "./edge_code.ts";
import type { ProblemCode } from "./problems.ts";

/** Of whatever goes into the log: the way there, and the memory of what came before. */
export const COMMAND_PROBLEMS: readonly ProblemCode[] = [
  ResultCode.unknownAccount,
  ResultCode.differentContent,
  ResultCode.outcomeQuotaFull,
  ResultCode.outcomeTableFull,
  ResultCode.deadlinePassed,
  ResultCode.journalUnavailable,
  EdgeCode.leaderUnavailable,
  EdgeCode.brokerUnavailable,
];

/** Of an order's price and quantity. */
export const PRICE_AND_QUANTITY_PROBLEMS: readonly ProblemCode[] = [
  EdgeCode.invalidDecimal,
  EdgeCode.priceOffTick,
  EdgeCode.quantityOffLot,
  ResultCode.priceZero,
  ResultCode.priceTooHigh,
  ResultCode.quantityZero,
  ResultCode.quantityTooHigh,
];

/** Of what enters the market. */
export const ENTRY_PROBLEMS: readonly ProblemCode[] = [
  ResultCode.accountDisabled,
  ResultCode.insufficientFunds,
  ResultCode.halted,
  ResultCode.postOnlyWouldCross,
];

/** Of reads that the leader and history answer. */
export const READ_PROBLEMS: readonly ProblemCode[] = [
  EdgeCode.invalidParameter,
  EdgeCode.behind,
  EdgeCode.leaderUnavailable,
  EdgeCode.historyUnavailable,
  EdgeCode.instrumentUnknown,
];

/** Of public reads of one instrument. */
export const SNAPSHOT_PROBLEMS: readonly ProblemCode[] = [
  EdgeCode.invalidParameter,
  EdgeCode.unknownSymbol,
  EdgeCode.behind,
  EdgeCode.marketDataUnavailable,
  EdgeCode.overloaded,
  EdgeCode.starting,
];

/** Of whatever is signed, or bears a token. */
export const SIGNED_PROBLEMS: readonly ProblemCode[] = [
  AuthCode.headerMissing,
  AuthCode.keyUnknown,
  AuthCode.timestampMalformed,
  AuthCode.recvWindowMalformed,
  AuthCode.timestampTooOld,
  AuthCode.timestampAhead,
  AuthCode.scopeMissing,
  AuthCode.keysUnavailable,
  AuthCode.twoCredentials,
  AuthCode.tokenInvalid,
  AuthCode.tokenExpired,
  AuthCode.addressNotAllowed,
  AuthCode.idempotencyKeyMalformed,
  EdgeCode.overloaded,
  EdgeCode.starting,
];

/** Of streams at the edge. */
export const STREAM_PROBLEMS: readonly ProblemCode[] = [
  EdgeCode.tooManyStreams,
  EdgeCode.streamsFull,
  EdgeCode.starting,
];
