/**
 * Addresses at random, as numbers and in their texts.
 *
 * @module
 */
import fc from "fast-check";
import { ADDRESS_GROUPS } from "../../../core/auth/ip_address.ts";

/** Number of the mapped address 0.0.0.0. */
export const IPV4_SPACE = 0xffffn << 32n;

/** IPv4 addresses: few enough that ranges and addresses meet. */
const mappedNumber = fc.tuple(fc.constantFrom(10, 192), fc.nat(3), fc.nat(255), fc.nat(255))
  .map((octets) => octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n) | IPV4_SPACE);
const group = fc.oneof(fc.constant(0), fc.constantFrom(1, 0xffff), fc.nat(0xffff));
const wideNumber = fc.array(group, { minLength: ADDRESS_GROUPS, maxLength: ADDRESS_GROUPS })
  .map((groups) => groups.reduce((sum, one) => (sum << 16n) | BigInt(one), 0n));
/** Addresses of both kinds. */
export const number = fc.oneof(mappedNumber, wideNumber, fc.constantFrom(0n, 1n, IPV4_SPACE));

/** Whether it is an IPv4 address. */
export const isMapped = (one: bigint) => one >> 32n === IPV4_SPACE >> 32n;
/** Its groups of 16 bits. */
export const groupsOf = (one: bigint) =>
  Array.from({ length: ADDRESS_GROUPS }, (_, at) => (one >> BigInt(112 - 16 * at)) & 0xffffn);
/** Its last 32 bits as an IPv4 address is written. */
export const dottedOf = (one: bigint) =>
  [24n, 16n, 8n, 0n].map((shift) => (one >> shift) & 0xffn).join(".");

/** One of the texts of an address; `form` picks it. */
export function textOf(one: bigint, form: number): string {
  const groups = groupsOf(one).map((part) => part.toString(16));
  if (form === 0 && isMapped(one)) return dottedOf(one);
  if (form === 1) return groups.map((part) => part.padStart(4, "0").toUpperCase()).join(":");
  if (form === 2) return `${groups.slice(0, 6).join(":")}:${dottedOf(one)}`;
  // The first run of zeros is left out.
  const from = groups.indexOf("0");
  if (from < 0) return groups.join(":");
  let to = from;
  while (groups[to] === "0") to++;
  return `${groups.slice(0, from).join(":")}::${groups.slice(to).join(":")}`;
}

/** Which of its texts an address is written as. */
export const form = fc.nat(3);
/** An address in one of its texts. */
export const address = fc.tuple(number, form).map(([one, chosen]) => textOf(one, chosen));
