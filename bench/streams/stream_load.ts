/**
 * What the bench publishes, and how a phone finds the stamp in it.
 *
 * @module
 */

/** The channel that every phone reads. */
export const CHANNEL = "book.10.100ms:BTC-USD";
/** Its subject. */
export const SUBJECT = "md.BTC-USD.book.10.100ms.json";

const LEVELS = 10;
const STAMP = '"sentMicros":';
const stampBytes = new TextEncoder().encode(STAMP);
const DIGITS = 16;
const ZERO = "0".charCodeAt(0);

/** Microseconds since the epoch, the same in all processes of a machine. */
export const nowMicros = (): number =>
  Math.floor((performance.timeOrigin + performance.now()) * 1_000);

/** A book of ten levels a side, about as long as one of the market. */
export function bookMessage(sequence: number): string {
  const side = (step: number) =>
    Array.from({ length: LEVELS }, (_, index) => [`${50_000 + step * (index + 1)}.50`, "0.2500"]);
  const book = {
    symbol: "BTC-USD",
    sequence,
    prevSequence: sequence - 1,
    timeMicros: nowMicros(),
    bids: side(-1),
    asks: side(1),
    checksum: 123_456_789,
  };
  return JSON.stringify(book).replace("{", `{${STAMP}${nowMicros()},`);
}

/** Calls `take` with each stamp in the bytes; one that is cut in two is not found. O(bytes). */
export function findStamps(bytes: Uint8Array, take: (sentMicros: number) => void): void {
  const first = stampBytes[0];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + stampBytes.length + DIGITS > bytes.length) return;
    let length = 1;
    while (length < stampBytes.length && bytes[at + length] === stampBytes[length]) length++;
    if (length < stampBytes.length) continue;
    let value = 0;
    for (let digit = 0; digit < DIGITS; digit++) value = value * 10 + bytes[at + length++] - ZERO;
    take(value);
  }
}
