/**
 * Text as UTF-8, without `TextEncoder`: React Native has had one only lately.
 *
 * @module
 */

const REPLACEMENT = 0xfffd;

/** The bytes of a text; half of a surrogate pair becomes U+FFFD, as `TextEncoder` has it. O(length). */
export function utf8Bytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const read = character.codePointAt(0) ?? REPLACEMENT;
    const point = read >= 0xd800 && read <= 0xdfff ? REPLACEMENT : read;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | point >> 6, 0x80 | point & 63);
    else if (point < 0x10000) {
      bytes.push(0xe0 | point >> 12, 0x80 | point >> 6 & 63, 0x80 | point & 63);
    } else {
      bytes.push(0xf0 | point >> 18, 0x80 | point >> 12 & 63);
      bytes.push(0x80 | point >> 6 & 63, 0x80 | point & 63);
    }
  }
  return Uint8Array.from(bytes);
}
