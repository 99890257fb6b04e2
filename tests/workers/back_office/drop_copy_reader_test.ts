import assert from "node:assert/strict";
import type { CopyEntry, RepairQuery } from "../../../core/protocol/drop_copy.ts";
import { DropCopyError, DropCopyReader } from "../../../workers/back_office/drop_copy_reader.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";

const entryOf = (sequence: number) => ({ kind: "movement", sequence, account: "1" });

/** Runs `use` with a reader whose questions are answered as told; `null`: by nobody. */
function withReader(
  answer: ((query: RepairQuery) => unknown) | null,
  waitMillis: number,
  use: (reader: DropCopyReader) => Promise<void>,
): Promise<void> {
  return withNats(async (nats) => {
    if (answer !== null) {
      const history = await nats.connectAs("history");
      history.subscribe("repair.0", {
        callback: (_, message) => {
          const text = answer(message.json<RepairQuery>());
          message.respond(typeof text === "string" ? text : JSON.stringify(text));
        },
      });
      await history.flush();
    }
    await use(new DropCopyReader(await nats.connectAs("backOffice"), 0, 5, waitMillis));
  }, { streams: false });
}

async function readAll(reader: DropCopyReader, toSequence: number): Promise<number[]> {
  const found: number[] = [];
  for (let entry: CopyEntry | null; (entry = await reader.peek(toSequence)) !== null;) {
    found.push(entry.sequence);
    reader.take();
  }
  return found;
}

Deno.test("pages are read one behind the other, and not beyond what is asked for", async () => {
  const asked: number[] = [];
  const page = ({ afterSequence }: RepairQuery) => {
    asked.push(afterSequence);
    const entries = afterSequence === 15 ? [] : [entryOf(afterSequence + 3)];
    return { shard: 0, prevSequence: afterSequence, sequence: afterSequence + 10, entries };
  };
  await withReader(page, 100, async (reader) => {
    assert.deepEqual(await readAll(reader, 7), []);
    assert.deepEqual(await readAll(reader, 8), [8]);
    assert.deepEqual(asked, [5]);
    assert.deepEqual(await readAll(reader, 30), [28]);
    assert.deepEqual(asked, [5, 15, 25]);
    assert.deepEqual(await readAll(reader, 35), []);
    assert.deepEqual(asked, [5, 15, 25]);
  });
});

Deno.test("a history that is behind is waited for, and not for ever", async () => {
  let asks = 0;
  const slow = ({ afterSequence }: RepairQuery) => {
    if (asks++ === 0) return { error: "starting", detail: "soon", sequence: 0 };
    const sequence = asks === 2 ? afterSequence : 9;
    return { shard: 0, prevSequence: afterSequence, sequence, entries: [] };
  };
  await withReader(slow, 5_000, async (reader) => {
    assert.equal(await reader.peek(9), null);
    assert.equal(asks, 3);
    await assert.doesNotReject(reader.peek(9));
  });
  const behind = ({ afterSequence }: RepairQuery) => (
    { shard: 0, prevSequence: afterSequence, sequence: afterSequence, entries: [] }
  );
  await withReader(behind, 100, async (reader) => {
    await assert.rejects(reader.peek(9), {
      name: "DropCopyError",
      message: "the drop copy ends at event 5, 9 is needed: there is nothing more",
    });
  });
  await withReader(null, 100, async (reader) => {
    await assert.rejects(reader.peek(9), /nobody answers on repair\.0/);
  });
});

Deno.test("an answer that is none is not taken for one", async () => {
  const good = { shard: 0, prevSequence: 5, sequence: 9, entries: [entryOf(7)] };
  for (
    const [answer, message] of [
      ["{", /the answer is not what it must be/],
      [{}, /prevSequence is not/],
      [{ ...good, prevSequence: 6 }, /asked for what is behind 5, got 6/],
      [{ ...good, sequence: -1 }, /sequence is not/],
      [{ ...good, entries: [{ ...entryOf(7), kind: "gift" }] }, /entries\.0\.kind is not/],
      [{ ...good, entries: [{ ...entryOf(7), sequence: "7" }] }, /entries\.0\.sequence is not/],
    ] as const
  ) {
    await withReader(() => answer, 100, async (reader) => {
      await assert.rejects(reader.peek(9), (error) => {
        assert.ok(error instanceof DropCopyError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
