/**
 * How long a command takes when commands come at a fixed rate, whatever became of those before
 * them (an open loop), beside a loop that does nothing but look at the clock: its pauses are the
 * machine's. One command a frame, each frame an append of its own.
 *
 * The flow is offered over and over, each time to a fresh shard; nothing is allocated while it is
 * measured.
 *
 * @module
 */
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
import type { ShardState } from "../../core/matching/shard_state.ts";
import { applyTape, type FrameTape, learnOrderIds, TapeWriter } from "./engine_frames.ts";
import { EPOCH, OPENED_MICROS, openMarket } from "./engine_market.ts";
import type { FlowShape } from "./flow.ts";
import { makeFlow } from "./flow_maker.ts";
import { LatencyHistogram, NANOS_MAX } from "./latency_histogram.ts";
import { type NanoClock, openNanoClock } from "./nano_clock.ts";

/** Commands that are offered a second. */
const COMMANDS_PER_SECOND = 1_000_000;
/** Commands of a run that warms the loops up. */
const WARM_UP_COMMANDS = 200_000;
/** Records of the frames that fill the book. */
const OPENING_FRAME_RECORDS = 512;

/** The times of one loop. */
interface Times {
  /** From when a command was due until it was done. */
  readonly sinceDue: LatencyHistogram;
  /** From when it was taken up until it was done. */
  readonly inside: LatencyHistogram;
}

/** Measures for `seconds`, and the idle loop as long; the figures by name. */
export function latencyDetails(
  shape: FlowShape,
  seconds: number,
  say: (line: string) => void,
): Record<string, string> {
  const flow = makeFlow(shape);
  const writer = new TapeWriter(flow, learnOrderIds(flow));
  const opening = writer.write(flow.openingCount, OPENING_FRAME_RECORDS);
  const tape = writer.write(shape.operations, 1);
  const clock = openNanoClock();
  const engine = newTimes();
  const idle = newTimes();
  let heapBytes = 0;
  const open = (): ShardState => {
    const state = openMarket(shape);
    applyTape(state, opening, 0);
    return state;
  };
  try {
    offer(open(), tape, WARM_UP_COMMANDS, clock, newTimes());
    idleLoop(WARM_UP_COMMANDS, clock, newTimes());
    let left = seconds * COMMANDS_PER_SECOND;
    while (left > 0) {
      const commands = Math.min(left, tape.frames);
      const state = open();
      const heapBefore = Deno.memoryUsage().heapUsed;
      offer(state, tape, commands, clock, engine);
      heapBytes = Math.max(heapBytes, Deno.memoryUsage().heapUsed - heapBefore);
      idleLoop(commands, clock, idle);
      left -= commands;
    }
  } finally {
    clock.close();
  }
  const rate = `${COMMANDS_PER_SECOND.toLocaleString("en-US")} commands/s for ${seconds} s`;
  const details = {
    [`latency at ${rate}, inside the core`]: lineOf(engine.inside),
    [`latency at ${rate}, since due`]: lineOf(engine.sinceDue),
    "idle loop, one look at the clock to the next": lineOf(idle.inside),
    "idle loop, since due": lineOf(idle.sinceDue),
    "heap growth while commands were offered, at most": `${Math.round(heapBytes / 1024)} KiB`,
    "latency clock": clock.name,
  };
  for (const [name, line] of Object.entries(details)) say(`${name}: ${line}`);
  return details;
}

function newTimes(): Times {
  return { sinceDue: new LatencyHistogram(), inside: new LatencyHistogram() };
}

/** Offers the first commands of a tape at the rate. */
function offer(
  state: ShardState,
  tape: FrameTape,
  commands: number,
  clock: NanoClock,
  { sinceDue, inside }: Times,
): void {
  const { wire, frameBytes } = tape;
  const { nanos } = clock;
  clock.read();
  const startNanos = nanos[0];
  for (let command = 0; command < commands; command++) {
    const dueNanos = startNanos + command * (1e9 / COMMANDS_PER_SECOND);
    do clock.read(); while (nanos[0] < dueNanos);
    const takenUpNanos = nanos[0];
    beginAppend(state, OPENED_MICROS, EPOCH);
    applyFrame(state, wire, command * frameBytes, frameBytes);
    clock.read();
    sinceDue.record(Math.min(nanos[0] - dueNanos, NANOS_MAX) | 0);
    inside.record(Math.min(nanos[0] - takenUpNanos, NANOS_MAX) | 0);
  }
}

/** The same loop without the commands. */
function idleLoop(commands: number, clock: NanoClock, { sinceDue, inside }: Times): void {
  const { nanos } = clock;
  clock.read();
  const startNanos = nanos[0];
  for (let command = 0; command < commands; command++) {
    const dueNanos = startNanos + command * (1e9 / COMMANDS_PER_SECOND);
    do clock.read(); while (nanos[0] < dueNanos);
    const takenUpNanos = nanos[0];
    clock.read();
    sinceDue.record(Math.min(nanos[0] - dueNanos, NANOS_MAX) | 0);
    inside.record(Math.min(nanos[0] - takenUpNanos, NANOS_MAX) | 0);
  }
}

function lineOf(times: LatencyHistogram): string {
  const shares = [0.5, 0.99, 0.999, 0.9999].map((share) =>
    `p${share * 100} ${microsText(times.percentile(share))}`
  );
  return `${shares.join(", ")}, worst ${microsText(times.worst)} µs`;
}

function microsText(nanos: number): string {
  const micros = nanos / 1_000;
  return micros < 100 ? micros.toPrecision(3) : Math.round(micros).toLocaleString("en-US");
}
