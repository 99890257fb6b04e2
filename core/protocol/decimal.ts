/**
 * Exact conversion between decimal strings and scaled integers. No floating point anywhere: a
 * value is read digit by digit and must be a safe integer at its scale.
 *
 * @module
 */
import { SAFE_MAX } from "./wire_buffer.ts";

/** Longest decimal string that is looked at. */
export const DECIMAL_LENGTH_MAX = 32;

/** Why a text is not a value of the scale. Negative, so that it cannot be taken for a value. */
export const DecimalError = { malformed: -1, precision: -2, range: -3 } as const;

/**
 * Reads a plain non-negative decimal ("12", "12.50"; no sign, exponent, spaces or separators) as an
 * integer in units of 10^-scale. Trailing zeros beyond the scale are allowed. O(length).
 *
 * @returns the integer, or a {@link DecimalError}
 *
 * @example
 * ```ts
 * import { parseDecimal } from "./decimal.ts";
 * console.log(parseDecimal("50000.25", 2)); // 5000025
 * console.log(parseDecimal("0.001", 2)); // -2: more precise than the scale
 * ```
 */
export function parseDecimal(text: string, scale: number): number {
  const { length } = text;
  if (length > DECIMAL_LENGTH_MAX) return DecimalError.malformed;
  for (let at = 0; at < length; at++) characters[at] = text.charCodeAt(at);
  return parseDecimalIn(characters, 0, length, scale);
}

/** {@link parseDecimal} of the characters `from .. end`, each by its code. O(length). */
export function parseDecimalIn(
  codes: Uint8Array | Uint16Array,
  from: number,
  end: number,
  scale: number,
): number {
  if (end === from || end - from > DECIMAL_LENGTH_MAX) return DecimalError.malformed;
  let value = 0;
  let point = -1;
  let excess = false;
  for (let at = from; at < end; at++) {
    const digit = codes[at] - 48;
    if (digit === -2 && point < 0 && at > from && at < end - 1) {
      point = at;
    } else if (digit < 0 || digit > 9) {
      return DecimalError.malformed;
    } else if (point >= 0 && at - point > scale) {
      excess ||= digit !== 0;
    } else {
      value = value * 10 + digit;
      if (value > SAFE_MAX) return DecimalError.range;
    }
  }
  if (excess) return DecimalError.precision;
  const decimals = point < 0 ? 0 : Math.min(end - 1 - point, scale);
  for (let missing = decimals; missing < scale; missing++) value *= 10;
  return value > SAFE_MAX ? DecimalError.range : value;
}

/** What {@link parseDecimal} looks at. */
const characters = new Uint16Array(DECIMAL_LENGTH_MAX);

/**
 * Writes an integer in units of 10^-scale as a decimal string with exactly `scale` decimals.
 *
 * @example
 * ```ts
 * import { formatDecimal } from "./decimal.ts";
 * console.log(formatDecimal(5000025, 2)); // "50000.25"
 * ```
 */
export function formatDecimal(value: number, scale: number): string {
  const sign = value < 0 ? "-" : "";
  const digits = String(Math.abs(value)).padStart(scale + 1, "0");
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * `numerator / denominator` as a decimal string with `scale` decimals, rounded half to even.
 * For reports only: it uses BigInt, which the hot path never sees.
 */
export function formatQuotient(numerator: bigint, denominator: bigint, scale: number): string {
  const scaled = numerator * 10n ** BigInt(scale);
  let quotient = scaled / denominator;
  const twice = (scaled % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient += 1n;
  const digits = quotient.toString().padStart(scale + 1, "0");
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
