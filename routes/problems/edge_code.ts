/**
 * Result codes of the edge itself: the band of 1000. What is refused here never reached the log.
 *
 * @module
 */

/** Why the gateway refused a request. */
export const EdgeCode = {
  malformedJson: 1000,
  notAnObject: 1001,
  unknownField: 1002,
  missingField: 1003,
  invalidField: 1004,
  invalidDecimal: 1005,
  priceOffTick: 1006,
  quantityOffLot: 1007,
  quoteQuantityTooPrecise: 1008,
  invalidCombination: 1009,
  unknownSymbol: 1010,
  unknownParameter: 1011,
  invalidParameter: 1012,
  invalidFrame: 1013,
  invalidRecord: 1014,
  tooManyCommands: 1015,

  bodyTooLarge: 1020,
  bodyUnexpected: 1021,
  bodyUnreadable: 1022,
  unsupportedMediaType: 1023,
  urlTooLong: 1024,
  headersTooLarge: 1025,
  bodyTooSlow: 1026,

  notFound: 1030,
  methodNotAllowed: 1031,

  overloaded: 1040,
  starting: 1041,
  leaderUnavailable: 1042,
  historyUnavailable: 1043,
  marketDataUnavailable: 1044,
  behind: 1045,
  instrumentUnknown: 1046,
  streamsNotConfigured: 1047,
  streamsUnavailable: 1048,
  brokerUnavailable: 1049,
  registrarUnavailable: 1050,
  actUnanswered: 1051,

  signatureRequired: 1060,
  keyNotFound: 1061,
  keyBeyondOwn: 1062,
  keysFull: 1063,
  keyKindRefused: 1064,

  unknownChannel: 1070,
  tooManyChannels: 1071,
  invalidCursor: 1072,
  tooManyStreams: 1073,
  streamsFull: 1074,
  ticketInvalid: 1075,
  upgradeRequired: 1076,
  notLoggedIn: 1077,
  messageTooLarge: 1078,
  tooManyMessages: 1079,

  internal: 1099,
} as const;
/** Any of the codes. */
export type EdgeCode = (typeof EdgeCode)[keyof typeof EdgeCode];
