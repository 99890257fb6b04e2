/**
 * IP addresses as numbers: eight groups of 16 bits, an IPv4 address as the IPv4-mapped one that it
 * equals (`::ffff:1.2.3.4`, RFC 4291, section 2.5.5.2).
 *
 * Text is read where it stands, one character at a time, so that a check of an address leaves
 * nothing behind for the collector. Taken are the forms of RFC 4291, section 2.2, and dotted IPv4
 * without leading zeros, which some readers take for octal.
 *
 * @module
 */

/** Groups of an address. */
export const ADDRESS_GROUPS = 8;
/** Bits in front of an IPv4 address in its mapped form. */
export const MAPPED_PREFIX_BITS = 96;
/** Longest text of an address: six groups and a dotted IPv4 address. */
export const ADDRESS_LENGTH_MAX = 45;

const GROUP_MAX = 0xffff;
const OCTET_MAX = 0xff;
const OCTETS = 4;
const MAPPED_GROUPS = 6;

const DIGIT_ZERO = 0x30;
const LETTER_A = 0x61;
const UPPER_TO_LOWER = 0x20;
const COLON = 0x3a;
const POINT = 0x2e;

/**
 * Reads the address that is `text` from `start` to `end` into `groups`. No allocation.
 *
 * @returns whether it is one; where it is not, `groups` holds nothing of use
 *
 * @example
 * ```ts
 * import { readAddress } from "./ip_address.ts";
 * const groups = new Uint16Array(8);
 * console.log(readAddress("::ffff:192.0.2.1", groups), groups[6].toString(16)); // true c000
 * ```
 */
export function readAddress(
  text: string,
  groups: Uint16Array,
  start = 0,
  end = text.length,
): boolean {
  if (end - start > ADDRESS_LENGTH_MAX) return false;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) return readGroups(text, start, end, groups);
    if (code === POINT) break;
  }
  groups.fill(0);
  groups[MAPPED_GROUPS - 1] = GROUP_MAX;
  return readDotted(text, start, end, groups, MAPPED_GROUPS);
}

/** Four octets with points between them, into the two groups from `to`. */
function readDotted(
  text: string,
  start: number,
  end: number,
  groups: Uint16Array,
  to: number,
): boolean {
  let at = start;
  for (let octet = 0; octet < OCTETS; octet++) {
    if (octet > 0 && text.charCodeAt(at++) !== POINT) return false;
    const first = at;
    let value = 0;
    while (at < end) {
      const digit = text.charCodeAt(at) - DIGIT_ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
      if (value > OCTET_MAX) return false;
    }
    const digits = at - first;
    if (digits === 0 || digits > 1 && text.charCodeAt(first) === DIGIT_ZERO) return false;
    const group = to + (octet >> 1);
    groups[group] = (octet & 1) === 0 ? value << 8 : groups[group] | value;
  }
  return at === end;
}

/** Groups with colons between them, one run of zeros as `::`, the last two perhaps dotted. */
function readGroups(text: string, start: number, end: number, groups: Uint16Array): boolean {
  let at = start;
  let count = 0;
  // Groups in front of the run of zeros; -1 while there was none.
  let zerosAt = -1;
  if (text.charCodeAt(at) === COLON) {
    if (at + 1 >= end || text.charCodeAt(at + 1) !== COLON) return false;
    zerosAt = 0;
    at += 2;
  }
  while (at < end) {
    if (count === ADDRESS_GROUPS) return false;
    const groupEnd = endOfGroup(text, at, end);
    if (groupEnd < end && text.charCodeAt(groupEnd) === POINT) {
      if (count > MAPPED_GROUPS || !readDotted(text, at, end, groups, count)) return false;
      count += 2;
      break;
    }
    const value = hexValue(text, at, groupEnd);
    if (value < 0) return false;
    groups[count++] = value;
    at = groupEnd;
    if (at === end) break;
    // A colon stands here, and behind it a group or a second colon.
    if (++at === end) return false;
    if (text.charCodeAt(at) !== COLON) continue;
    if (zerosAt >= 0) return false;
    zerosAt = count;
    at++;
  }
  if (zerosAt < 0) return count === ADDRESS_GROUPS;
  if (count === ADDRESS_GROUPS) return false;
  const behind = count - zerosAt;
  groups.copyWithin(ADDRESS_GROUPS - behind, zerosAt, count);
  groups.fill(0, zerosAt, ADDRESS_GROUPS - behind);
  return true;
}

/** Where the characters of a group end: at a colon, a point or the end. */
function endOfGroup(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === COLON || code === POINT) break;
    at++;
  }
  return at;
}

/** Value of one to four hexadecimal digits, or -1. */
function hexValue(text: string, start: number, end: number): number {
  const digits = end - start;
  if (digits < 1 || digits > 4) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const digit = code - DIGIT_ZERO;
    const letter = (code | UPPER_TO_LOWER) - LETTER_A;
    if (digit >= 0 && digit <= 9) value = (value << 4) | digit;
    else if (letter >= 0 && letter <= 5) value = (value << 4) | (letter + 10);
    else return -1;
  }
  return value;
}
