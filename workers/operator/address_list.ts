/**
 * Addresses and ranges of the command line.
 *
 * @module
 */
import { AddressRangeError, AddressRanges } from "../../core/auth/address_ranges.ts";
import { KEY_ADDRESSES_MAX } from "../../infra/keys/key_record.ts";
import { UsageError } from "./command_line.ts";

/** Whether a text is an IPv4 or IPv6 address, or a range of them in CIDR notation. */
export function isAddressRange(text: string): boolean {
  try {
    return AddressRanges.parse([text]).size === 1;
  } catch (error) {
    if (error instanceof AddressRangeError) return false;
    throw error;
  }
}

/**
 * The ranges of `--addresses`; none for `any`.
 *
 * @throws {UsageError} when one is none, or there are too many
 */
export function addressesOf(list: string): string[] {
  if (list === "any") return [];
  const ranges = list.split(",").map((text) => text.trim()).filter((text) => text !== "");
  const wrong = ranges.find((text) => !isAddressRange(text));
  if (wrong !== undefined || ranges.length === 0) {
    throw new UsageError(
      `--addresses ${JSON.stringify(wrong ?? list)} is not allowed; it takes addresses and ` +
        "ranges such as 203.0.113.7,198.51.100.0/24,2001:db8::/32, or any",
    );
  }
  if (ranges.length <= KEY_ADDRESSES_MAX) return [...new Set(ranges)];
  throw new UsageError(`--addresses has ${ranges.length} ranges; at most ${KEY_ADDRESSES_MAX}`);
}
