/**
 * Writes JSON as bytes, for answers that would otherwise be thousands of small texts: numbers and
 * decimals digit by digit, and everything else as the bytes it always has.
 *
 * @module
 */
import { formatDecimal } from "../../../core/protocol/decimal.ts";

const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
/** Decimals from which on the digits are no matter of two 32-bit integers any more. */
const SCALE_END = 16;
/** What is divided as a 32-bit integer, which is several times faster: eight digits. */
const EIGHT_DIGITS = 100_000_000;
const POWERS = Array.from({ length: SCALE_END }, (_, exponent) => 10 ** exponent);
const FIRST_BYTES = 64 * 1024;
/** Most bytes in UTF-8 of a UTF-16 code unit. */
const UTF8_FACTOR = 3;

const encoder = new TextEncoder();

/**
 * A text in the making. Owner: whoever writes it, and nobody waits while he does. Room for what is
 * short is made by {@link JsonBytes.makeRoom}, once for many pieces.
 */
export class JsonBytes {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Begins anew. */
  clear(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room for so many more bytes. */
  makeRoom(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    let capacity = this.#bytes.length;
    while (capacity < needed) capacity *= 2;
    const larger = new Uint8Array(capacity);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  /** Adds fixed bytes, for which there is room. */
  piece(piece: Uint8Array): void {
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Adds one byte, for which there is room. */
  byte(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  /** Adds the characters `from .. from + length` of a text of ASCII, for which there is room. */
  ascii(text: string, from: number, length: number): void {
    for (let index = 0; index < length; index++) {
      this.#bytes[this.#length + index] = text.charCodeAt(from + index);
    }
    this.#length += length;
  }

  /** Adds any text, and makes room for it. */
  text(text: string): void {
    this.makeRoom(text.length * UTF8_FACTOR);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Adds a safe integer that is not negative, for which there is room. */
  integer(value: number): void {
    const high = Math.floor(value / EIGHT_DIGITS);
    const low = value - high * EIGHT_DIGITS;
    if (high === 0) return this.#digits(low, digitsOf(low));
    this.#digits(high, digitsOf(high));
    this.#digits(low, 8);
  }

  /** Adds an integer in units of 10^-scale, as `formatDecimal` writes it; there is room for it. */
  decimal(value: number, scale: number): void {
    if (!Number.isSafeInteger(value) || scale >= SCALE_END || scale === 0) {
      return this.text(formatDecimal(value, scale));
    }
    if (value < 0) this.#bytes[this.#length++] = MINUS;
    const units = Math.abs(value);
    // Exact: between the quotient of safe integers and the next whole number there are doubles.
    const whole = Math.floor(units / POWERS[scale]);
    const fraction = units - whole * POWERS[scale];
    this.integer(whole);
    this.#bytes[this.#length++] = POINT;
    if (scale <= 8) return this.#digits(fraction, scale);
    const high = Math.floor(fraction / EIGHT_DIGITS);
    this.#digits(high, scale - 8);
    this.#digits(fraction - high * EIGHT_DIGITS, 8);
  }

  /** Adds the last `count` digits of a 32-bit integer. */
  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    const end = this.#length + count;
    let rest = value | 0;
    for (let at = end - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length = end;
  }
}

/** Digits of a number below 10^8. */
function digitsOf(value: number): number {
  let count = 1;
  while (count < 8 && value >= POWERS[count]) count++;
  return count;
}
