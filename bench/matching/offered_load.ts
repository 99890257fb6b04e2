/**
 * How long a command takes when commands come at a fixed rate, whatever became of those before
 * them (an open loop), beside a loop that does nothing but look at the clock: its pauses are the
 * machine's. One command a frame, each frame an append of its own.
 *
 * The flow is offered over and over, each time to a fresh shard; nothing is allocated while it is
 * measured. The first tenth of each offer is not: code that was compiled for the shard before goes
 * with it, and what takes its place until it is compiled again makes garbage.
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
/** Commands that warm the loops up: the compiler has inlined what is hot after some 2 million. */
const WARM_UP_COMMANDS = 4_000_000;
/** Which part of an offer is not measured. */
const UNMEASURED_DIVISOR = 10;
/** Records of the frames that fill the book. */
const OPENING_FRAME_RECORDS = 512;

/** The times of one loop. */
interface Times {
  /** From when a command was due until it was done. */
  readonly sinceDue: LatencyHistogram;
  /** From when it was taken up until it was done. */
  readonly inside: LatencyHistogram;
}

/** A span of the process's time, in milliseconds as of `performance.now()`. */
export type Span = readonly [fromMillis: number, toMillis: number];

/** What a run came to. */
export interface Offered {
  readonly figures: Readonly<Record<string, string>>;
  /** When commands were offered. */
  readonly spans: readonly Span[];
}

/** Offers commands until they were measured for `seconds`, and idles as long. */
export function offeredLoad(
  shape: FlowShape,
  seconds: number,
): Offered {
  const flow = makeFlow(shape);
  const writer = new TapeWriter(flow, learnOrderIds(flow));
  const opening = writer.write(flow.openingCount, OPENING_FRAME_RECORDS);
  const tape = writer.write(shape.operations, 1);
  const clock = openNanoClock();
  const engine = newTimes();
  const idle = newTimes();
  const spans: Span[] = [];
  const unmeasured = Math.floor(tape.frames / UNMEASURED_DIVISOR);
  let heapBytes = 0;
  let residentBytes = 0;
  const open = (): ShardState => {
    const state = openMarket(shape);
    applyTape(state, opening, 0);
    return state;
  };
  try {
    const warmUp = Math.min(WARM_UP_COMMANDS, seconds * COMMANDS_PER_SECOND);
    for (let done = 0; done < warmUp; done += tape.frames) {
      offer(open(), tape, 0, tape.frames, clock, newTimes());
      idleLoop(tape.frames, clock, newTimes());
    }
    let left = seconds * COMMANDS_PER_SECOND;
    while (left > 0) {
      const commands = Math.min(left, tape.frames - unmeasured);
      const state = open();
      offer(state, tape, 0, unmeasured, clock, newTimes());
      const before = Deno.memoryUsage();
      const startMillis = performance.now();
      offer(state, tape, unmeasured, unmeasured + commands, clock, engine);
      spans.push([startMillis, performance.now()]);
      const after = Deno.memoryUsage();
      heapBytes = Math.max(heapBytes, after.heapUsed - before.heapUsed);
      residentBytes = Math.max(residentBytes, after.rss - before.rss);
      idleLoop(commands, clock, idle);
      left -= commands;
    }
  } finally {
    clock.close();
  }
  const rate = `${COMMANDS_PER_SECOND.toLocaleString("en-US")} commands/s for ${seconds} s`;
  const figures = {
    [`latency at ${rate}, inside the core`]: lineOf(engine.inside),
    [`latency at ${rate}, since due`]: lineOf(engine.sinceDue),
    "idle loop, one look at the clock to the next": lineOf(idle.inside),
    "idle loop, since due": lineOf(idle.sinceDue),
    "heap growth while commands were offered, at most": `${Math.round(heapBytes / 1024)} KiB`,
    "resident memory growth meanwhile, at most": `${Math.round(residentBytes / 1024)} KiB`,
    "latency clock": clock.name,
  };
  return { figures, spans };
}

function newTimes(): Times {
  return { sinceDue: new LatencyHistogram(), inside: new LatencyHistogram() };
}

/** Offers the commands of a tape from `from` up to `to`, exclusive, at the rate. */
function offer(
  state: ShardState,
  tape: FrameTape,
  from: number,
  to: number,
  clock: NanoClock,
  { sinceDue, inside }: Times,
): void {
  const { wire, frameBytes } = tape;
  const { nanos } = clock;
  clock.read();
  const startNanos = nanos[0];
  for (let command = from; command < to; command++) {
    const dueNanos = startNanos + (command - from) * (1e9 / COMMANDS_PER_SECOND);
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
