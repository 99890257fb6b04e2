/**
 * Exact amounts that people write: to deposit, to transfer, to define an instrument by.
 *
 * @module
 */
import { DecimalError, parseDecimal } from "../../core/protocol/decimal.ts";
import { SAFE_MAX } from "../../core/protocol/wire_buffer.ts";

/**
 * An amount above zero in units of its last decimal, or what is wrong with it: the end of a sentence
 * that begins with the amount. O(length).
 */
export function exactAmount(text: string, scale: number): number | string {
  const value = parseDecimal(text, scale);
  if (value > 0) return value;
  if (value === DecimalError.precision) {
    return `has more than the ${scale} decimals that there are`;
  }
  if (value === DecimalError.range) {
    return `is too large; at most ${SAFE_MAX} units of the last decimal`;
  }
  return value === 0 ? "is zero" : "is not a decimal number such as 12 or 12.50";
}
