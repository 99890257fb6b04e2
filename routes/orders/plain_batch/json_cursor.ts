/**
 * Reads JSON byte by byte for those who know what they expect, and makes nothing on the way: a string
 * is where it begins and ends. The bytes are ASCII, and escapes are not taken: whoever is told `false`
 * hands the text to a parser that takes everything.
 *
 * @module
 */

/** Bytes of JSON. */
export const Byte = {
  space: 0x20,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  open: 0x7b,
  close: 0x7d,
} as const;
/** The bytes under names of this module's own, for it runs for each of a body's. */
const { space: SPACE, quote: QUOTE, backslash: BACKSLASH } = Byte;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A text of ASCII as its bytes. */
export const asciiOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A place in a text. Behind its last byte stands a 0, which is in no JSON. */
export class JsonCursor {
  /** The bytes of the string read last, without its quotes: `from .. end`. */
  from = 0;
  end = 0;
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** Goes back to the beginning of the text. */
  rewind(): void {
    this.#at = 0;
  }

  /** Passes over white space, and over the byte where that comes next. */
  take(byte: number): boolean {
    const { bytes } = this;
    let at = this.#at;
    let next = bytes[at];
    while (next === SPACE || next === LINE_FEED || next === CARRIAGE_RETURN || next === TAB) {
      next = bytes[++at];
    }
    const isNext = next === byte;
    this.#at = isNext ? at + 1 : at;
    return isNext;
  }

  /** Reads a string without escapes. O(length). */
  string(): boolean {
    if (!this.take(QUOTE)) return false;
    const { bytes } = this;
    let at = this.#at;
    this.from = at;
    let next = bytes[at];
    while (next !== QUOTE) {
      if (next < SPACE || next === BACKSLASH) return false;
      next = bytes[++at];
    }
    this.end = at;
    this.#at = at + 1;
    return true;
  }

  /** Passes over a word such as `true` where it comes next. */
  word(word: Uint8Array): boolean {
    if (!this.take(word[0])) return false;
    const { bytes } = this;
    const at = this.#at - 1;
    for (let index = 1; index < word.length; index++) {
      if (bytes[at + index] !== word[index]) return false;
    }
    this.#at = at + word.length;
    return true;
  }

  /** Whether the string read last is this one. */
  is(text: Uint8Array): boolean {
    const { bytes, from } = this;
    if (this.end - from !== text.length) return false;
    for (let index = 0; index < text.length; index++) {
      if (bytes[from + index] !== text[index]) return false;
    }
    return true;
  }

  /** Whether nothing but white space is left. */
  isAtEnd(length: number): boolean {
    return this.take(0) && this.#at === length + 1;
  }
}
