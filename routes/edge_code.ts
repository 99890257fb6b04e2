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

  unknownChannel: 1050,
  tooManyChannels: 1051,
  invalidCursor: 1052,
  tooManyStreams: 1053,
  streamsFull: 1054,
  ticketInvalid: 1055,
  upgradeRequired: 1056,
  notLoggedIn: 1057,
  messageTooLarge: 1058,
  tooManyMessages: 1059,

  internal: 1099,
} as const;
/** Any of the codes. */
export type EdgeCode = (typeof EdgeCode)[keyof typeof EdgeCode];
