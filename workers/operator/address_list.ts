/**
 * Addresses and ranges of the command line.
 *
 * @module
 */
import { KEY_ADDRESSES_MAX } from "../../infra/keys/key_record.ts";
import { UsageError } from "./command_line.ts";

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const IPV6 = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}(:\d{1,3}(\.\d{1,3}){3})?$/i;
const IPV4_BITS = 32;
const IPV6_BITS = 128;
const BYTE_MAX = 255;

/** Whether a text is an IPv4 or IPv6 address, or a range of them in CIDR notation. */
export function isAddressRange(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  if (more.length > 0) return false;
  const isV4 = IPV4.exec(address)?.slice(1).every((byte) => Number(byte) <= BYTE_MAX) ?? false;
  if (!isV4 && !IPV6.test(address)) return false;
  const most = isV4 ? IPV4_BITS : IPV6_BITS;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
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
