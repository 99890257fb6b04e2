import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { CRC_START_BYTES, frameKind } from "../../../core/protocol/frame.ts";
import { AppendBuffer } from "../../../core/sequencer/append_buffer.ts";
import { administrationFrame } from "../../../infra/administration/administration_command.ts";
import { type ActsRequest, readLastActs } from "../../../infra/journal/administrative_acts.ts";
import { JournalDamagedError } from "../../../infra/journal/journal_stream.ts";
import { claim, deposit, setAccount } from "../../support/commands.ts";
import { frameOf } from "../../core/sequencer/test_frames.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";

const START = 1_700_000_000_000_000;
const SECOND = 1_000_000;

/** A journal in memory: append n, from 1, is a second after the one before. */
class MemoryJournal {
  readonly name = "JOURNAL_0";
  readonly appends: Uint8Array[] = [];
  /** Appends that were read. */
  readCount = 0;
  #commands = 0;

  add(...frames: readonly Uint8Array[]): void {
    const append = new AppendBuffer();
    for (const frame of frames) {
      append.add(frame, frameKind(WireBuffer.copyOf(frame), 0), "");
    }
    append.seal(START + this.appends.length * SECOND, 3, this.#commands + 1);
    append.setCrc(crc32(append.message.subarray(CRC_START_BYTES)));
    this.#commands += append.commandCount;
    this.appends.push(append.message.slice());
  }

  async *read(first: number, last: number) {
    for (let sequence = first; sequence <= last; sequence++) {
      this.readCount++;
      yield await Promise.resolve({ sequence, data: this.appends[sequence - 1] });
    }
  }

  acts(changes: Partial<ActsRequest> = {}) {
    const lastSequence = this.appends.length;
    const request = { journal: this, firstSequence: 1, lastSequence, limit: 100, sinceMicros: 0 };
    return readLastActs({ ...request, ...changes });
  }
}

/** A frame of the operator's with one command. */
const act = (account: number, author?: string): Uint8Array =>
  administrationFrame(
    { kind: "account", account, enabled: true, tradeGroup: 0 },
    { low: account, high: 1 },
    { sender: 9, frameNumber: account, ...(author === undefined ? {} : { author }) },
  );
const orders = (number: number): Uint8Array => frameOf(7, number);

/** 3,000 appends with an act in each hundredth: of account 1 in the first, 30 in the last. */
function longJournal(): MemoryJournal {
  const journal = new MemoryJournal();
  for (let number = 1; number <= 3_000; number++) {
    if (number % 100 === 0) journal.add(orders(number), act(number / 100, "ada"));
    else journal.add(orders(number));
  }
  return journal;
}

const accountsOf = (acts: readonly { command: object }[]): number[] =>
  acts.map(({ command }) => (command as { account: number }).account);

Deno.test("acts are read among the orders, with their place, time, key and author", async () => {
  const journal = new MemoryJournal();
  journal.add(frameOf(0, 1, [claim(3)]));
  journal.add(orders(1), act(1, "ada"), orders(2), act(2));
  journal.add(orders(3));
  journal.add(frameOf(8, 1, [setAccount(3), deposit(3, 1, 5)]));
  const { acts, more } = await journal.acts();
  assert.equal(more, false);
  assert.deepEqual(
    acts.map(({ journalSequence, commandNumber, author, epoch, stampMicros, command }) => [
      journalSequence,
      commandNumber,
      (stampMicros - START) / SECOND,
      epoch,
      author,
      command.kind,
    ]),
    [
      [1, 1, 0, 3, "", "claim"],
      [2, 3, 1, 3, "ada", "account"],
      [2, 5, 1, 3, "", "account"],
      [4, 7, 3, 3, "", "account"],
      [4, 8, 3, 3, "", "deposit"],
    ],
  );
  assert.deepEqual(acts[1].key, { low: 1, high: 1 });
});

Deno.test("the last acts are found without reading the whole journal", async () => {
  const journal = longJournal();
  const { acts, more } = await journal.acts({ limit: 2 });
  assert.deepEqual(accountsOf(acts), [29, 30]);
  assert.equal(more, true);
  assert.ok(journal.readCount <= 1_000, `${journal.readCount} appends read`);
});

Deno.test("all acts, whatever the windows, each once and in order", async () => {
  const journal = longJournal();
  const all = Array.from({ length: 30 }, (_, index) => index + 1);
  const said: number[] = [];
  const found = await journal.acts({ progress: (sequence) => said.push(sequence) });
  assert.deepEqual(accountsOf(found.acts), all);
  assert.equal(found.more, false);
  assert.equal(journal.readCount, 3_000);
  assert.equal(said.at(-1), 1);
  for (const limit of [1, 7, 29, 30, 31]) {
    const some = await journal.acts({ limit });
    assert.deepEqual(accountsOf(some.acts), all.slice(-limit), `limit ${limit}`);
    if (limit < 30) assert.equal(some.more, true);
  }
});

Deno.test("acts since a time: those of that very append, and none before", async () => {
  const journal = longJournal();
  const sinceMicros = START + 2_799 * SECOND;
  const { acts, more } = await journal.acts({ sinceMicros });
  assert.deepEqual(accountsOf(acts), [28, 29, 30]);
  assert.equal(more, false);
  assert.ok(journal.readCount < 1_000, `${journal.readCount} appends read`);
  const none = await journal.acts({ sinceMicros: START + 3_000 * SECOND });
  assert.deepEqual(none, { acts: [], more: false });
});

Deno.test("a journal that was trimmed, or is empty, is read as far as it goes", async () => {
  const journal = longJournal();
  const { acts, more } = await journal.acts({ firstSequence: 1_500 });
  assert.deepEqual(accountsOf(acts)[0], 15);
  assert.equal(more, false);
  assert.deepEqual(await new MemoryJournal().acts(), { acts: [], more: false });
});

Deno.test("what is no append is not read over", async () => {
  const journal = longJournal();
  for (const damaged of [new Uint8Array(), new Uint8Array(40), act(1)]) {
    journal.appends[2_990] = damaged;
    await assert.rejects(journal.acts(), JournalDamagedError);
  }
  journal.appends[2_990] = journal.appends[2_980].slice();
  journal.appends[2_990][70] ^= 1;
  await assert.rejects(journal.acts(), /sequence 2991 is no valid append/);
});
