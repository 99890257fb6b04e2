/**
 * Frames of any length from one thread to another, over the slots of an SPSC ring: a head of one slot,
 * then the bytes in as many as they need. What does not fit is left out, and the consumer is told.
 *
 * ```text
 * offset in the head | bytes | type | field
 *                  0 |     8 | f64  | bytes of the frame; 0: frames were left out here
 *                  8 |     8 | f64  | place: a number of the producer's
 * ```
 *
 * For frames that the consumer can also get elsewhere: the producer never waits. A slot behind every
 * frame stays free for the mark that says where frames are missing, so the mark always fits, and a
 * consumer that has read everything knows whether it has all there was.
 *
 * Offer and read allocate nothing but a view a frame; O(bytes).
 *
 * @module
 */
import { ringFill, RingWord } from "./ring_layout.ts";
import { makeSpscRing, SpscConsumer, SpscProducer } from "./spsc_ring.ts";
import { WaitStrategy, wake } from "./wait_strategy.ts";

/** Bytes of a slot. */
const SLOT_BYTES = 64;
const SLOT_DOUBLES = SLOT_BYTES / 8;

/** What stands where frames were left out. */
export const FRAMES_MISSING = "missing";

/**
 * Makes the memory of a ring of frames, to be posted to both threads.
 *
 * @param slotCount slots of 64 bytes, a power of two
 */
export function makeFrameRing(slotCount: number): SharedArrayBuffer {
  return makeSpscRing(SLOT_BYTES, slotCount);
}

/** Slots that a frame takes with its head. */
const slotsOf = (byteLength: number): number => 1 + Math.ceil(byteLength / SLOT_BYTES);

/** Part of the ring that is in use, from 0 to 1, from any thread. */
export function frameRingFill(header: Int32Array<SharedArrayBuffer>): number {
  return ringFill(header) / header[RingWord.slotCount];
}

/** The producing side. One object, on one thread. */
export class FrameRingProducer {
  readonly #ring: SpscProducer;
  readonly #slotCount: number;
  /** Whether the last thing in the ring is the mark. */
  #isMarked = false;

  /** Throws a TypeError when the memory is no such ring. */
  constructor(memory: SharedArrayBuffer) {
    this.#ring = new SpscProducer(memory);
    this.#slotCount = this.#ring.header[RingWord.slotCount];
  }

  /**
   * Gives a frame of at least one byte to the consumer.
   *
   * @param place whatever the consumer is to know of it
   * @returns whether there was room: where there was not, the consumer finds {@link FRAMES_MISSING}
   */
  offer(frame: Uint8Array, place: number): boolean {
    const ring = this.#ring;
    const slots = slotsOf(frame.length);
    const fits = slots < this.#slotCount - ringFill(ring.header);
    if (fits) {
      const head = ring.claim(slots);
      ring.doubles[head * SLOT_DOUBLES] = frame.length;
      ring.doubles[head * SLOT_DOUBLES + 1] = place;
      this.#write(frame, ring.slot(1));
      this.#isMarked = false;
    } else if (!this.#isMarked) {
      ring.doubles[ring.claim(1) * SLOT_DOUBLES] = 0;
      this.#isMarked = true;
    }
    ring.publish();
    wake(ring.header, RingWord.consumerSleeping);
    return fits;
  }

  #write(frame: Uint8Array, firstSlot: number): void {
    const { bytes } = this.#ring;
    const at = firstSlot * SLOT_BYTES;
    const room = bytes.length - at;
    if (frame.length <= room) return bytes.set(frame, at);
    bytes.set(frame.subarray(0, room), at);
    bytes.set(frame.subarray(room));
  }
}

/** The consuming side. One object, on one thread. */
export class FrameRingConsumer {
  readonly #ring: SpscConsumer;
  readonly #wait: WaitStrategy;
  /** For a frame that lies at the end and at the beginning of the ring. */
  #whole = new Uint8Array(0);
  /** Slots of the frame or the mark that {@link oldest} found. */
  #slots = 0;
  #place = 0;

  /**
   * Throws a TypeError when the memory is no such ring.
   *
   * @param sleepMillis the longest {@link sleep}
   */
  constructor(memory: SharedArrayBuffer, sleepMillis: number) {
    this.#ring = new SpscConsumer(memory);
    this.#wait = new WaitStrategy(this.#ring.header, RingWord.consumerSleeping, 0, sleepMillis);
  }

  /** Part of the ring that is in use, from 0 to 1. */
  get fill(): number {
    return frameRingFill(this.#ring.header);
  }

  /** The place of the frame that {@link oldest} has answered last. */
  get place(): number {
    return this.#place;
  }

  /** The oldest frame, valid until {@link release}; {@link FRAMES_MISSING}; `null`: nothing there. */
  oldest(): Uint8Array | typeof FRAMES_MISSING | null {
    const ring = this.#ring;
    if (ring.available() === 0) return null;
    const head = ring.slot(0) * SLOT_DOUBLES;
    const byteLength = ring.doubles[head];
    this.#slots = slotsOf(byteLength);
    if (byteLength === 0) return FRAMES_MISSING;
    this.#place = ring.doubles[head + 1];
    const at = ring.slot(1) * SLOT_BYTES;
    const { bytes } = ring;
    if (at + byteLength <= bytes.length) return bytes.subarray(at, at + byteLength);
    if (this.#whole.length < byteLength) this.#whole = new Uint8Array(byteLength * 2);
    const first = bytes.length - at;
    this.#whole.set(bytes.subarray(at));
    this.#whole.set(bytes.subarray(0, byteLength - first), first);
    return this.#whole.subarray(0, byteLength);
  }

  /** Gives back what {@link oldest} has answered last. Once for each. */
  release(): void {
    this.#ring.release(this.#slots);
    this.#slots = 0;
    this.#wait.reset();
  }

  /** Sleeps, the event loop going on, until something may be there, {@link wakeUp}, or the time is up. */
  async sleep(): Promise<void> {
    while (this.#ring.available() === 0) {
      if (this.#wait.prepare()) return void await this.#wait.sleepAsync();
    }
    this.#wait.reset();
  }

  /** Ends a {@link sleep} of this thread. */
  wakeUp(): void {
    wake(this.#ring.header, RingWord.consumerSleeping);
  }
}
