/**
 * Whether the servers of a cluster have the same journal: each is made its leader in turn and asked
 * for it. The broker itself does not say when a copy differs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { whenAnswered } from "../../workers/matching/broker_patience.ts";
import { SERVERS, type ThreeServers } from "./three_servers.ts";
import { pause, SHARD } from "./venue.ts";

/** Messages at the end of the journal that are compared. */
const COMPARED_MAX = 2_000;
/** Questions under way. */
const BATCH = 64;
/** How long a leader may take to have all that the one before it had. */
const CATCH_UP_MILLIS_MAX = 10_000;

/** Asserts that all copies of the journal end with the same messages. At rest. */
export async function assertSameJournal(servers: ThreeServers): Promise<void> {
  const journal = new JournalStream(await servers.venue.connectAs("replay"), SHARD);
  const silent = () => {};
  const { journalSequence: last } = await servers.venue.state();
  let expected: number[] | null = null;
  for (let server = 0; server < SERVERS; server++) {
    await servers.makeLeader(server);
    const name = servers.cluster.nameOf(server);
    const until = performance.now() + CATCH_UP_MILLIS_MAX;
    for (;;) {
      const { sequence } = await whenAnswered(() => journal.last(), silent);
      if (sequence === last) break;
      assert.ok(
        performance.now() < until,
        `the journal of ${name} ends at ${sequence}, not ${last}`,
      );
      await pause(50);
    }
    const checks: number[] = [];
    const first = Math.max(1, last - COMPARED_MAX + 1);
    for (let from = first; from <= last; from += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, last - from + 1) }, (_, at) => from + at);
      const read = batch.map((sequence) => whenAnswered(() => journal.get(sequence), silent));
      for (const data of await Promise.all(read)) checks.push(data === null ? -1 : crc32(data));
    }
    if (expected === null) expected = checks;
    const differs = checks.findIndex((check, at) => check !== expected?.[at]);
    assert.equal(
      differs,
      -1,
      `${name} has another append ${first + differs} than the first server`,
    );
  }
}
