/**
 * What must hold at the end of a run: the log is sound, clients were told what it says, the events
 * are what it makes, money is neither made nor lost, and all replicas are the same.
 *
 * @module
 */
import { frameLength, frameSender } from "../../core/protocol/frame.ts";
import { Replica } from "../../core/sequencer/replica.ts";
import { SnapshotSection } from "../../core/snapshot/snapshot_layout.ts";
import { snapshotBlocks } from "../../core/snapshot/write_snapshot.ts";
import { checkInvariants } from "../core/matching/invariants.ts";
import { SHARD } from "./glue.ts";
import { checkHistory, ReadCheck } from "./history_check.ts";
import { type LogMeaning, readLog } from "./log_check.ts";
import { SimulationError } from "./simulated_world.ts";
import type { SimulationRun } from "./simulation_run.ts";
import { CAPACITIES } from "./snapshot_shelf.ts";

/**
 * Checks the end of a run.
 *
 * @param areReadsTrue whether nobody could lead beside the holder of the lease
 * @throws {SimulationError} or an assertion's error
 */
export function checkEnd(run: SimulationRun, areReadsTrue: boolean): void {
  if (run.mustHaveStopped || run.isForgotten) return;
  const { broker, history } = run;
  const reads = new ReadCheck(areReadsTrue ? history.reads : []);
  const log = readLog(broker.journal, (state, stored) => reads.applied(state, stored));
  reads.end();
  checkHistory(history, log, areReadsTrue);
  checkEvents(broker.events, log);
  checkMoney(log);
  checkInvariants(log.replica.state);
  for (const { matcher } of run.matchers) {
    const replica = matcher?.replica;
    if (matcher === null || replica === null || replica === undefined) continue;
    checkInvariants(replica.state);
    checkReplica(matcher.process.name, replica, log, matcher.phase === "leading");
  }
}

function checkEvents(events: readonly Uint8Array[], log: LogMeaning): void {
  const { length } = log.events;
  must(events.length === length, `the events stream has ${length} messages, not ${events.length}`);
  for (const [index, message] of events.entries()) {
    must(isEqual(message, log.events[index]), `event message ${index + 1} is what the log makes`);
  }
}

function checkMoney({ replica, supplies }: LogMeaning): void {
  for (const [asset, supply] of supplies) {
    const has = replica.state.balances.supply[asset];
    must(has === supply, `asset ${asset} has a supply of ${supply}, not ${has}`);
  }
}

/**
 * Two replicas that agree write the same snapshot. Who leads knows of senders whose frames are not in
 * the log, and it alone does not count the messages that it makes.
 */
function checkReplica(name: string, replica: Replica, log: LogMeaning, isLeader: boolean): void {
  const own = new Replica(CAPACITIES);
  const { journalSequence, eventMessages } = isLeader ? log.replica : replica;
  const seen = Object.assign(own, {
    state: replica.state,
    senders: isLeader ? log.replica.senders : replica.senders,
    journalSequence,
    eventMessages,
  });
  const expected = snapshotBlocks(log.replica, SHARD);
  for (const block of snapshotBlocks(seen, SHARD)) {
    const other = expected.next().value;
    const section = SECTION_NAMES[frameSender(block, 0)];
    const isSame = other !== undefined &&
      isEqual(
        block.bytes.subarray(0, frameLength(block, 0)),
        other.bytes.subarray(0, frameLength(other, 0)),
      );
    must(isSame, `the ${section} of ${name} are those of the log`);
  }
  must(expected.next().done === true, `${name} has all that the log has`);
}

const SECTION_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(SnapshotSection).map(([name, section]) => [section, name]),
);

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new SimulationError(`the end is not as it must be: ${what}`);
}
