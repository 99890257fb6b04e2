import assert from "node:assert/strict";
import { EventWord } from "../../../core/protocol/event_record.ts";
import {
  CHANGEABLE_TERMS,
  type ChangeableTerms,
  feesOf,
  hasUnnamedTerm,
  readTermsChange,
  SEEN_WORD_FIRST,
  TERMS_BITS_ALL,
  TERMS_RESERVED_WORDS,
  TermsBit,
  termsOfEvent,
  writeTermsChange,
} from "../../../core/protocol/terms_change.ts";
import { WireBuffer, writeU64 } from "../../../core/protocol/wire_buffer.ts";

const FROM: ChangeableTerms = {
  makerFeePpm: 1,
  takerFeePpm: 2,
  collarPpm: 3,
  priceTicksMax: 2 ** 32 + 4,
  quantityLotsMax: 2 ** 40 + 5,
};
const TO: ChangeableTerms = {
  makerFeePpm: 17,
  takerFeePpm: 18,
  collarPpm: 19,
  priceTicksMax: 2 ** 33 + 20,
  quantityLotsMax: 2 ** 41 + 21,
};

/** A record on bytes that are not zero, behind its head. */
function written(from: Partial<ChangeableTerms>, to: Partial<ChangeableTerms>): WireBuffer {
  const frame = WireBuffer.allocate(128);
  frame.bytes.fill(0xff, 64);
  writeTermsChange(frame, 0, { instrument: 258, from, to });
  return frame;
}

Deno.test("golden: a change of every term, each at its offset", () => {
  const { bytes } = written(FROM, TO);
  const lines = Array.from(
    { length: 8 },
    (_, line) => bytes.slice(16 * line, 16 * line + 16).toHex(),
  );
  assert.deepEqual(lines, [
    "000000001f0000000201000000000000",
    "00000000000000000000000000000000",
    "00000000000000000000000000000000",
    "00000000000000000000000000000000",
    "14000000020000001500000000020000",
    "11000000120000001300000000000000",
    "04000000010000000500000000010000",
    "01000000020000000300000000000000",
  ]);
  assert.equal(TERMS_BITS_ALL, Object.values(TermsBit).reduce((sum, bit) => sum + bit, 0));
  assert.equal(SEEN_WORD_FIRST, 24);
  assert.deepEqual(TERMS_RESERVED_WORDS, [23, 31]);
});

Deno.test("any choice of terms is read as it was written, and says nothing else", () => {
  for (let choice = 1; choice <= TERMS_BITS_ALL; choice++) {
    const named = CHANGEABLE_TERMS.filter((term) => (TermsBit[term] & choice) !== 0);
    const from = Object.fromEntries(named.map((term) => [term, FROM[term]]));
    const to = Object.fromEntries(named.map((term) => [term, TO[term]]));
    const frame = written(from, to);
    assert.equal(frame.bytes[4], choice);
    assert.deepEqual(readTermsChange(frame, 0), { instrument: 258, from, to });
    assert.equal(hasUnnamedTerm(frame, 0), false);
  }
});

Deno.test("a term that is not named is seen wherever it is not zero, in both halves of wide ones", () => {
  const words = [16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30];
  for (const word of words) {
    const frame = WireBuffer.allocate(128);
    frame.words[word] = 2 ** 31;
    assert.equal(hasUnnamedTerm(frame, 0), true, `word ${word}`);
    frame.bytes[4] = TERMS_BITS_ALL;
    assert.equal(hasUnnamedTerm(frame, 0), false, `word ${word}, named`);
  }
});

Deno.test("an event has all five terms", () => {
  const { words } = WireBuffer.allocate(64);
  writeU64(words, EventWord.price, TO.priceTicksMax);
  writeU64(words, EventWord.quantity, TO.quantityLotsMax);
  writeU64(words, EventWord.leaves, feesOf(TO));
  writeU64(words, EventWord.last, TO.collarPpm);
  assert.deepEqual(termsOfEvent(words, 0), TO);
});
