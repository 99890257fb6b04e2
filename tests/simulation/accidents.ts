/**
 * Carries out the accidents of a plan.
 *
 * @module
 */
import { LEASE_MILLIS } from "../../core/sequencer/lease.ts";
import type { MatcherSlot } from "./matcher_slot.ts";
import type { SimulatedProcess } from "./simulated_process.ts";
import type { SimulationRun } from "./simulation_run.ts";
import type { Accident } from "./simulation_plan.ts";

/** How far a clock jumps at most. */
const JUMP_MICROS_MAX = 1_500_000;
const SLOW_DISK_MICROS = 80_000;
/** How often it is looked whether the broker writes. */
const WRITE_LOOKS_MAX = 50;
/** How often it is looked whether somebody takes over. */
const TAKEOVER_LOOKS_MAX = 1_000;
/** Longest time until a connection that is cut is taken for broken. */
const CUT_NOTICE_MICROS = 600_000;

/** Lets something happen; what it needs may not be there, and then nothing does. */
export function suffer(run: SimulationRun, accident: Accident): void {
  const { broker, world } = run;
  const { kind, millis } = accident;
  const micros = millis * 1000;
  switch (kind) {
    case "broker killed":
      return killWriting(run, micros / 2, WRITE_LOOKS_MAX);
    case "takeover stopped":
      return stopTakeover(run, micros, TAKEOVER_LOOKS_MAX);
    case "clock jumped":
      return jump(run, micros);
    case "disk slow":
      world.count(kind);
      broker.diskMicrosMost = SLOW_DISK_MICROS;
      world.after(micros, () => broker.diskMicrosMost = 1_000);
      return;
    case "handover":
      return handOver(run);
    case "snapshot begun":
      return run.beginSnapshot();
    case "snapshot process killed":
      return killSnapshotter(run);
    case "snapshot damaged":
      return damageSnapshot(run);
    default:
      return sufferProcess(run, kind, micros);
  }
}

/** Something happens to one process: the leader, a standby, or a gateway. */
function sufferProcess(run: SimulationRun, kind: Accident["kind"], micros: number): void {
  const { world } = run;
  const gateway = run.gateways[world.below(run.gateways.length)];
  const leader = run.matchers.find(({ matcher }) => isLeading(matcher?.phase));
  const standbys = run.matchers.filter(({ matcher }) => matcher?.phase === "standing by");
  const standby = standbys[world.below(standbys.length)];
  const slot = kind.startsWith("leader") ? leader : standby;
  const isOfGateway = kind.startsWith("gateway");
  const process = isOfGateway ? gateway.gateway.process : slot?.matcher?.process;
  if (process === undefined || process.isDead) return;
  world.count(kind);
  if (kind.endsWith("stopped")) process.stop(micros);
  else if (kind.endsWith("cut off")) cutOff(run, process, micros);
  else if (isOfGateway) run.replaceGateway(gateway);
  else if (kind === "lead usurped") usurp(slot as MatcherSlot);
  else (slot as MatcherSlot).kill();
}

/** Stops a process while it takes over, if one does soon. */
function stopTakeover(run: SimulationRun, micros: number, looks: number): void {
  const { world } = run;
  const slot = run.matchers.find(({ matcher }) => matcher?.phase === "taking over");
  if (slot?.matcher !== undefined && slot.matcher !== null) {
    world.count("takeover stopped");
    slot.matcher.process.stop(LEASE_MILLIS * 1000 + micros);
  } else if (looks > 0) {
    world.after(world.random() * 2_000, () => stopTakeover(run, micros, looks - 1));
  }
}

/** Kills the broker while it writes, if it does soon. */
function killWriting(run: SimulationRun, micros: number, looks: number): void {
  const { broker, world } = run;
  if (looks === 0 || broker.isWriting) return broker.restart(micros);
  world.after(world.random() * 1_000, () => killWriting(run, micros, looks - 1));
}

const isLeading = (phase: string | undefined): boolean =>
  phase === "leading" || phase === "taking over";

/** A process that takes a snapshot dies at any moment of it. */
function killSnapshotter(run: SimulationRun): void {
  const { world } = run;
  run.beginSnapshot();
  const process = run.snapshotter;
  world.after(world.random() * 30_000, () => {
    if (process === null || process.isDead) return;
    world.count("snapshot process killed");
    process.kill(1);
    run.snapshotter = null;
  });
}

/** One of the newest snapshots has a wrong bit, or ends too early. */
function damageSnapshot({ broker, world }: SimulationRun): void {
  const name = [...broker.objects.keys()].sort().at(-1 - world.below(2));
  const whole = name === undefined ? undefined : broker.objects.get(name);
  if (name === undefined || whole === undefined) return;
  world.count("snapshot damaged");
  const bytes = whole.slice();
  const at = world.below(bytes.length);
  bytes[at] ^= 1 << world.below(8);
  broker.objects.set(name, world.random() < 0.3 ? bytes.subarray(0, at) : bytes);
}

/** Nothing gets through; either side may or may not take the connection for broken meanwhile. */
function cutOff({ broker, world }: SimulationRun, process: SimulatedProcess, micros: number): void {
  const { connection } = process;
  connection.isCut = true;
  const noticeMicros = world.random() * CUT_NOTICE_MICROS;
  if (noticeMicros < micros) {
    world.after(noticeMicros, () => {
      if (broker.connections.has(connection)) connection.break(world.random() * CUT_NOTICE_MICROS);
    });
  }
  world.after(micros, () => connection.isCut = false);
}

/** A clock jumps, and is set right later. */
function jump(run: SimulationRun, micros: number): void {
  const { world } = run;
  const hosts = [...run.matchers, ...run.gateways];
  const { clock } = hosts[world.below(hosts.length)];
  const by = (world.random() * 2 - 1) * JUMP_MICROS_MAX;
  world.count("clock jumped");
  clock.offsetMicros += by;
  world.after(micros, () => clock.offsetMicros -= by);
}

function handOver({ matchers, world }: SimulationRun): void {
  const matcher = matchers.find(({ matcher }) => matcher?.phase === "leading")?.matcher;
  const isStoodBy = matchers.some(({ matcher }) => matcher?.phase === "standing by");
  if (!isStoodBy || matcher === undefined || matcher === null || matcher.leader === null) return;
  world.count("handover");
  matcher.process.perform(matcher.handOver(matcher.leader));
}

function usurp({ matcher }: MatcherSlot): void {
  if (matcher !== null) matcher.mayUsurp = true;
}
