import assert from "node:assert/strict";
import { journalStream } from "../../../core/protocol/subjects.ts";
import {
  JournalGapError,
  JournalStream,
  publishExpecting,
} from "../../../infra/journal/journal_stream.ts";
import { type TemporaryNats, withNats } from "../nats/temporary_nats.ts";

const MESSAGES = 300;
/** So long that the messages of one fetch come in several reads of the socket. */
const MESSAGE_BYTES = 4_096;

/** A journal of numbered messages. */
async function fill(nats: TemporaryNats): Promise<JournalStream> {
  const matcher = await nats.connectAs("matcher");
  for (let sequence = 1; sequence <= MESSAGES; sequence++) {
    const message = new TextEncoder().encode(`message ${sequence}`.padEnd(MESSAGE_BYTES));
    publishExpecting(matcher, "journal.0", message, sequence - 1, "");
  }
  await matcher.flush();
  const journal = new JournalStream(matcher, 0);
  assert.equal((await journal.last()).sequence, MESSAGES);
  return journal;
}

async function readAll(journal: JournalStream, from: number, pause: () => Promise<void>) {
  const texts: string[] = [];
  for await (const { data } of journal.read(from, MESSAGES)) {
    texts.push(new TextDecoder().decode(data).trimEnd());
    await pause();
  }
  return texts;
}

const numbered = (from: number): string[] =>
  Array.from({ length: MESSAGES - from + 1 }, (_, index) => `message ${from + index}`);

Deno.test("journal stream: a reader that is slower than the network misses nothing", () =>
  withNats(async (nats) => {
    const journal = await fill(nats);
    const slowly = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
    assert.deepEqual(await readAll(journal, 1, slowly), numbered(1));
    assert.deepEqual(await readAll(journal, 250, () => Promise.resolve()), numbered(250));
    assert.deepEqual(await readAll(journal, MESSAGES + 1, slowly), []);
  }));

Deno.test("journal stream: what the broker lost is a gap, not something to pass over", () =>
  withNats(async (nats) => {
    const journal = await fill(nats);
    // The journal itself refuses deletions: another stream takes its name.
    const admin = await nats.connectAs("admin");
    const manager = await admin.jetstreamManager();
    const { config } = await manager.streams.info(journalStream(0));
    assert.equal(config.deny_delete, true);
    const holed = new JournalStream(admin, 7);
    await manager.streams.add({ name: holed.name, subjects: ["query.journal"] });
    for (let sequence = 1; sequence <= 5; sequence++) admin.publish("query.journal", "x");
    await admin.flush();
    await manager.streams.deleteMessage(holed.name, 3);
    await assert.rejects(async () => {
      for await (const { sequence } of holed.read(1, 5)) assert.ok(sequence < 3);
    }, (error: Error) => {
      assert.ok(error instanceof JournalGapError);
      assert.match(error.message, /does not have sequence 3/);
      return true;
    });
    assert.equal((await journal.last()).sequence, MESSAGES);
  }));
