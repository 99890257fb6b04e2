/**
 * Ranges of addresses in CIDR notation (RFC 4632, RFC 4291), and whether an address is in one.
 *
 * IPv4 and IPv6 are worlds of their own: `::/0` is every IPv6 address and no IPv4 one, whichever
 * clothing that comes in. An IPv4-mapped IPv6 address is the IPv4 address that it stands for, in
 * ranges and in what is checked.
 *
 * @module
 */
import { ADDRESS_GROUPS, MAPPED_PREFIX_BITS, readAddress } from "./ip_address.ts";

/** Most ranges of one list. */
export const RANGES_MAX = 16;
/** Longest text of a range: an address, a slash and three digits. */
export const RANGE_LENGTH_MAX = 49;

const GROUP_BITS = 16;
const GROUP_MAX = 0xffff;
const ADDRESS_BITS = ADDRESS_GROUPS * GROUP_BITS;
const IPV4_BITS = ADDRESS_BITS - MAPPED_PREFIX_BITS;
/** Characters of a refused text that an error repeats. */
const SHOWN_LENGTH_MAX = 64;
const PREFIX_PATTERN = /^(0|[1-9]\d{0,2})$/;

/** The address that is being checked; nothing is awaited between writing and reading it. */
const checked = new Uint16Array(ADDRESS_GROUPS);

/** A list of ranges that cannot be used; says which of them, and why. */
export class AddressRangeError extends Error {
  override readonly name = "AddressRangeError";
  constructor(readonly range: string, reason: string) {
    super(`address range ${range}: ${reason}`);
  }
}

/** Address ranges. A check is O(ranges) and allocates nothing. */
export class AddressRanges {
  /** The list that nothing is in. */
  static readonly NONE: AddressRanges = new AddressRanges([]);
  /** Number of ranges. */
  readonly size: number;
  /** Of each range its address, and then the bits of it that count. */
  readonly #groups: Uint16Array;
  readonly #masks: Uint16Array;

  private constructor(texts: readonly string[]) {
    this.size = texts.length;
    this.#groups = new Uint16Array(texts.length * ADDRESS_GROUPS);
    this.#masks = new Uint16Array(texts.length * ADDRESS_GROUPS);
    for (const [index, text] of texts.entries()) {
      const from = index * ADDRESS_GROUPS;
      const groups = this.#groups.subarray(from, from + ADDRESS_GROUPS);
      const masks = this.#masks.subarray(from, from + ADDRESS_GROUPS);
      readRange(text, groups, masks);
    }
  }

  /**
   * Reads addresses (`192.0.2.1`, `2001:db8::1`) and ranges (`192.0.2.0/24`, `2001:db8::/32`).
   *
   * @throws {AddressRangeError} when one is malformed, has bits set behind its prefix (is
   *   `10.0.0.1/8` one address or sixteen million?), or there are more than {@link RANGES_MAX}.
   *
   * @example
   * ```ts
   * import { AddressRanges } from "./address_ranges.ts";
   * const ranges = AddressRanges.parse(["192.0.2.0/24", "2001:db8::/32"]);
   * console.log(ranges.has("::ffff:192.0.2.77"), ranges.has("198.51.100.1")); // true false
   * ```
   */
  static parse(texts: readonly string[]): AddressRanges {
    if (texts.length > RANGES_MAX) {
      throw new AddressRangeError(`${texts.length} of them`, `there may be ${RANGES_MAX}`);
    }
    return new AddressRanges(texts);
  }

  /** Whether `address` is in one of the ranges; a text that is no address is in none. */
  has(address: string): boolean {
    // What is behind a percent sign names an interface of the machine that saw the address.
    const zone = address.indexOf("%");
    if (!readAddress(address, checked, 0, zone < 0 ? address.length : zone)) return false;
    for (let from = 0; from < this.#groups.length; from += ADDRESS_GROUPS) {
      if (this.#isIn(from)) return true;
    }
    return false;
  }

  #isIn(from: number): boolean {
    const groups = this.#groups;
    const masks = this.#masks;
    for (let group = 0; group < ADDRESS_GROUPS; group++) {
      const differs = checked[group] ^ groups[from + group];
      if ((differs & masks[from + group]) !== 0) return false;
    }
    // A range over the mapped addresses that is wider than they are is one of IPv6.
    return masks[from + MAPPED_PREFIX_BITS / GROUP_BITS - 1] === GROUP_MAX || !isMapped(checked, 0);
  }
}

/** Whether the groups are an IPv4 address. */
function isMapped(groups: Uint16Array, from: number): boolean {
  return groups[from + 5] === GROUP_MAX && groups[from] === 0 && groups[from + 1] === 0 &&
    groups[from + 2] === 0 && groups[from + 3] === 0 && groups[from + 4] === 0;
}

function readRange(text: string, groups: Uint16Array, masks: Uint16Array): void {
  const refuse = (reason: string): never => {
    const shown = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
    throw new AddressRangeError(shown, reason);
  };
  if (text.length > RANGE_LENGTH_MAX) {
    return refuse(`${text.length} characters; it takes ${RANGE_LENGTH_MAX} at most`);
  }
  const slash = text.indexOf("/");
  const end = slash < 0 ? text.length : slash;
  if (!readAddress(text, groups, 0, end)) return refuse("not an IPv4 or IPv6 address");
  const isDotted = !text.includes(":");
  const bitsMax = isDotted ? IPV4_BITS : ADDRESS_BITS;
  const bitsText = slash < 0 ? String(bitsMax) : text.slice(slash + 1);
  if (!PREFIX_PATTERN.test(bitsText) || Number(bitsText) > bitsMax) {
    return refuse(`/${bitsText} is no prefix length; it takes 0 to ${bitsMax}`);
  }
  const bits = Number(bitsText) + (isDotted ? MAPPED_PREFIX_BITS : 0);
  for (let group = 0; group < ADDRESS_GROUPS; group++) {
    const inGroup = Math.min(Math.max(bits - group * GROUP_BITS, 0), GROUP_BITS);
    masks[group] = GROUP_MAX << (GROUP_BITS - inGroup);
    if ((groups[group] & ~masks[group]) !== 0) {
      return refuse(`it has bits set behind its prefix of ${bitsText}`);
    }
  }
}
