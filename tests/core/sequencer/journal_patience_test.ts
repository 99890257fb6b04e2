import assert from "node:assert/strict";
import {
  JOURNAL_SILENCE_MILLIS,
  JournalPatience,
  LOSS_MILLIS,
} from "../../../core/sequencer/journal_patience.ts";

Deno.test("a journal is silent once an append has waited longer than the limit, and no more when it is stored", () => {
  const patience = new JournalPatience();
  assert.equal(patience.isSilent(1e9), false, "nothing waits");
  patience.sent(100);
  assert.equal(patience.isSilent(100 + JOURNAL_SILENCE_MILLIS), false);
  assert.equal(patience.isSilent(101 + JOURNAL_SILENCE_MILLIS), true);
  patience.stored();
  assert.equal(patience.isSilent(1e9), false);
});

Deno.test("each change is said once", () => {
  const patience = new JournalPatience();
  patience.sent(0);
  assert.equal(patience.change(10), null);
  assert.equal(patience.change(2 * JOURNAL_SILENCE_MILLIS), "silent");
  assert.equal(patience.change(3 * JOURNAL_SILENCE_MILLIS), null);
  patience.stored();
  assert.equal(patience.change(3 * JOURNAL_SILENCE_MILLIS), "answering");
  assert.equal(patience.change(4 * JOURNAL_SILENCE_MILLIS), null);
});

Deno.test("a loss is believed only when every reading says it for long enough", () => {
  const patience = new JournalPatience();
  assert.equal(patience.read(true, 0), false);
  assert.equal(patience.read(true, LOSS_MILLIS - 1), false);
  assert.equal(patience.read(false, LOSS_MILLIS - 1), false, "it was only for a moment");
  assert.equal(patience.read(true, LOSS_MILLIS), false);
  assert.equal(patience.read(true, 2 * LOSS_MILLIS), true);
});
