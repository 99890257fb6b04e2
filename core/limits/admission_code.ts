/**
 * What a request is to admission, and the codes of what it is told.
 *
 * @module
 */

/** Result of an admission; the band of 900 is the refusals by a limit. */
export const AdmissionCode = {
  admitted: 0,
  keyTokens: 900,
  keyLeak: 901,
  keyCancels: 902,
  addressTokens: 903,
  addressLeak: 904,
  addressCancels: 905,
  addressBanned: 906,
} as const;
/** Any of the codes. */
export type AdmissionCode = (typeof AdmissionCode)[keyof typeof AdmissionCode];

/** What a request is to admission, in the order of priority. */
export const AdmissionKind = { cancel: 0, amend: 1, order: 2, read: 3 } as const;
/** Any of the kinds. */
export type AdmissionKind = (typeof AdmissionKind)[keyof typeof AdmissionKind];
