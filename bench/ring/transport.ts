/**
 * What the ring bench sends: messages of 64 bytes, eight doubles each, so that every byte is written
 * by the producer and read by the consumer on either side of the comparison.
 *
 * @module
 */

/** Bytes of a message. */
export const MESSAGE_BYTES = 64;
/** Doubles of a message. */
export const MESSAGE_DOUBLES = 8;
/** Messages that a ring holds. */
export const RING_MESSAGES = 4_096;
/** Messages of the largest batch. */
export const BATCH_MAX = 32;

/** The ways a message goes from one Worker to another. */
export type Transport = "spsc" | "mpsc" | "ringbuf.js" | "postMessage";

/** One run, as both Workers get it. */
export interface RingRun {
  readonly transport: Transport;
  /** Memory of the ring; none for postMessage, which has a port. */
  readonly memory?: SharedArrayBuffer;
  readonly port?: MessagePort;
  /** Messages that are published, and given back, at once. */
  readonly batch: number;
  /** Messages in all, a multiple of the batch. */
  readonly count: number;
  /** Two words: how many sides are ready. */
  readonly gate: SharedArrayBuffer;
}

/** What the consuming Worker saw. */
export interface RingOutcome {
  readonly seconds: number;
  /** Sum of every double of every message. */
  readonly checksum: number;
}

/** What a consumer of `count` messages must add up to. */
export function expectedChecksum(count: number): number {
  const ofNumbers = MESSAGE_DOUBLES * count * (count - 1) / 2;
  return ofNumbers + count * (MESSAGE_DOUBLES * 0.5 + 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7);
}

/**
 * Writes message `n`: n + 0.5, n + 1.5, ... n + 7.5. The half makes it a double at once; a conversion
 * for each field would take longer than the transport.
 */
export function writeMessage(doubles: Float64Array, at: number, n: number): void {
  const first = n + 0.5;
  doubles[at] = first;
  doubles[at + 1] = first + 1;
  doubles[at + 2] = first + 2;
  doubles[at + 3] = first + 3;
  doubles[at + 4] = first + 4;
  doubles[at + 5] = first + 5;
  doubles[at + 6] = first + 6;
  doubles[at + 7] = first + 7;
}

/** Reads a message. */
export function sumMessage(doubles: Float64Array, at: number): number {
  const low = (doubles[at] + doubles[at + 1]) + (doubles[at + 2] + doubles[at + 3]);
  const high = (doubles[at + 4] + doubles[at + 5]) + (doubles[at + 6] + doubles[at + 7]);
  return low + high;
}

/** Holds a Worker until both are here, so that none measures the start of the other. */
export function meetAtGate(gate: SharedArrayBuffer): void {
  const words = new Int32Array(gate);
  Atomics.add(words, 0, 1);
  while (Atomics.load(words, 0) < 2);
}

/** Turns without success after which a side gives its core away. */
const TURNS_BEFORE_PAUSE = 20_000;
const PAUSE_MILLIS = 0.05;
const pauseWord = new Int32Array(new SharedArrayBuffer(4));

/**
 * Counts a turn without success, and sleeps a moment after {@link TURNS_BEFORE_PAUSE} of them. On a machine with two cores to spare no transport
 * comes here; where both sides share a core, spinning on would measure the scheduler's time slices.
 * The same for all of them.
 */
export function giveWay(turns: number): number {
  if (turns < TURNS_BEFORE_PAUSE) return turns + 1;
  Atomics.wait(pauseWord, 0, 0, PAUSE_MILLIS);
  return 0;
}
