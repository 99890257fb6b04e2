/**
 * The name under which an address is limited.
 *
 * Somebody with IPv6 usually holds a whole /64, so its 2^64 addresses count as one; an IPv4 address
 * that comes in IPv6 clothing (`::ffff:1.2.3.4`) counts as the IPv4 address that it is.
 *
 * @module
 */

/** Longest text of an address, zone included. */
const ADDRESS_LENGTH_MAX = 64;
const GROUPS = 8;
const PREFIX_GROUPS = 4;
/** Name that everything shares which is no address. */
export const UNKNOWN_ADDRESS = "unknown";

/**
 * The subject that `address` is limited as: the IPv4 address, or the IPv6 /64.
 *
 * @example
 * ```ts
 * import { limitedAddress } from "./address.ts";
 * console.log(limitedAddress("2001:db8:0:1::99")); // 2001:db8:0:1::/64
 * ```
 */
export function limitedAddress(address: string): string {
  if (address.length > ADDRESS_LENGTH_MAX) return UNKNOWN_ADDRESS;
  const text = address.split("%", 1)[0].toLowerCase();
  if (isIpv4(text)) return text;
  const mapped = text.startsWith("::ffff:") ? text.slice("::ffff:".length) : "";
  if (isIpv4(mapped)) return mapped;
  const groups = ipv6Groups(text);
  return groups === null ? UNKNOWN_ADDRESS : `${groups.slice(0, PREFIX_GROUPS).join(":")}::/64`;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

/** The eight groups without leading zeros, or `null`. */
function ipv6Groups(text: string): string[] | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => half === "" ? [] : half.split(":"));
  const given = [...head, ...(tail ?? [])];
  const last = given.at(-1) ?? "";
  if (isIpv4(last)) {
    // An embedded IPv4 address stands for the last two groups, which are outside the prefix.
    (tail !== undefined && tail.length > 0 ? tail : head).splice(-1, 1, "0", "0");
  }
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<string>(missing).fill("0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return null;
  return groups.map((group) => group.replace(/^0+(?=.)/, ""));
}
