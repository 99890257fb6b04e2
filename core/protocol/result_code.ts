/**
 * Result codes, in bands by stage. A code is what the hot path returns instead of throwing; the
 * edge turns it into an HTTP status and a stable public string (routes/problems/problems.ts).
 *
 * | band | stage |
 * | --- | --- |
 * | 0 | done |
 * | 100 | frame |
 * | 200 | validation of a record |
 * | 300 | risk: accounts and funds |
 * | 400 | matching |
 * | 500 | outcomes: repeats and quotas |
 * | 600 | administration |
 * | 700 | why an order ended |
 *
 * @module
 */

/** Result of a command, an order's end, or of the check of a frame. */
export const ResultCode = {
  ok: 0,

  frameTruncated: 100,
  frameMagic: 101,
  frameVersion: 102,
  frameKind: 103,
  frameTooLong: 104,
  frameRecordCount: 105,
  frameNumberUnsafe: 106,
  frameText: 107,
  frameCrc: 108,
  frameGap: 109,
  frameCommandKind: 110,
  leaderBusy: 111,
  leaderStarting: 112,
  journalUnavailable: 113,

  unknownKind: 200,
  invalidSide: 201,
  invalidOrderType: 202,
  invalidTimeInForce: 203,
  invalidFlags: 204,
  invalidSelfTrade: 205,
  unsafeInteger: 206,
  reservedNotZero: 207,
  missingRequestKey: 208,
  priceZero: 209,
  priceTooHigh: 210,
  quantityZero: 211,
  quantityTooHigh: 212,
  deadlinePassed: 213,
  amendEmpty: 214,

  unknownAccount: 300,
  accountDisabled: 301,
  insufficientFunds: 302,
  openOrdersFull: 303,
  supplyTooHigh: 304,

  unknownInstrument: 400,
  halted: 401,
  postOnlyWouldCross: 402,
  unknownOrder: 403,
  orderPoolFull: 404,
  quantityExecuted: 405,

  differentContent: 500,
  outcomeQuotaFull: 501,
  outcomeTableFull: 502,

  unknownAsset: 600,
  assetExists: 601,
  instrumentExists: 602,
  instrumentInvalid: 603,
  accountInvalid: 604,
  notClaimed: 605,
  notOneOwner: 606,
  ordersRest: 607,
  termsChanged: 608,

  canceledByRequest: 700,
  selfTrade: 701,
  immediateRemainder: 702,
  fillOrKill: 703,
  marketRemainder: 704,
  fillsPerCommand: 705,
  canceledByOperator: 706,
} as const;

/** Any of the codes. */
export type ResultCode = (typeof ResultCode)[keyof typeof ResultCode];
