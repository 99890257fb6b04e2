/**
 * The frames of a shard's events, in order and without a gap, from whoever has them first: the stream
 * that stores them, or the ring by which the leader of this process hands them over.
 *
 * ```text
 *            the next frame of the ring is the next of the stream
 *   stream ───────────────────────────────────────────────────────▶ ring
 *     ▲                                                              │
 *     └──────────────────────────────────────────────────────────────┘
 *            frames were left out of the ring, because it was full
 * ```
 *
 * A frame has the place that it gets in the stream, wherever it comes from, so none is missed and none
 * comes twice. The ring saves the way through the broker and back; what the journal has not stored is
 * in neither.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { NatsConnection } from "nats.ws";
import { type FrameRingConsumer, FRAMES_MISSING } from "../../core/memory/frame_ring.ts";
import { followStream } from "../../infra/nats/stream_follower.ts";

/** How long frames of the ring may be given out without a turn of the event loop. */
const TURN_MILLIS_MAX = 5;

/** Pause between two looks at a stream that does not have yet what the ring had. */
const LOOK_MILLIS = 20;

/** What is followed. */
export interface EventFramesRequest {
  readonly connection: NatsConnection;
  readonly stream: string;
  /** `null`: the stream alone. */
  readonly ring: FrameRingConsumer | null;
  /**
   * How long the ring is looked at again and again before it is slept beside: waking takes 0.1 ms. 0
   * where no core is to spare.
   */
  readonly pollMillis: number;
  /** Ends the generator. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** One frame of events. */
export interface EventFrame {
  /** Its sequence in the stream. */
  readonly sequence: number;
  /** Valid until the next one is asked for. */
  readonly data: Uint8Array;
  /** Whether it came over the network, and its CRC is to be looked at. */
  readonly isStored: boolean;
}

/**
 * Yields every frame from the first one of the stream on, until the signal is given.
 *
 * @throws {StreamDamagedError} when the stream has lost messages that it had
 */
export async function* eventFrames(request: EventFramesRequest): AsyncGenerator<EventFrame> {
  const { ring, signal } = request;
  const joint = ring === null ? null : new RingJoint(ring, request.pollMillis);
  const wakeUp = () => ring?.wakeUp();
  signal.addEventListener("abort", wakeUp);
  let next = 1;
  while (!signal.aborted) {
    for await (const { data, sequence } of followStream({ ...request, firstSequence: next })) {
      yield { data, sequence, isStored: true };
      next = sequence + 1;
      if (joint?.joins(next)) break;
    }
    if (joint === null) continue;
    for await (const frame of joint.frames(signal)) {
      yield frame;
      next = frame.sequence + 1;
    }
    await untilStored(request, next - 1);
  }
  signal.removeEventListener("abort", wakeUp);
}

/** Settles when the stream, which comes behind the ring, has the frame with this sequence. */
async function untilStored(request: EventFramesRequest, sequence: number): Promise<void> {
  const { connection, signal, stream } = request;
  // The leader looks after the stream, and ends with this Worker where it takes nothing for long.
  while (!signal.aborted) {
    try {
      const manager = await connection.jetstreamManager();
      const { state } = await manager.streams.info(stream);
      if (state.last_seq >= sequence) return;
    } catch {
      // The broker is away.
    }
    await new Promise((done) => setTimeout(done, LOOK_MILLIS));
  }
}

/** Where ring and stream meet. */
class RingJoint {
  readonly #ring: FrameRingConsumer;
  readonly #pollMillis: number;
  /** Whether the last that was seen of the ring is that frames are missing, or nothing. */
  #isBroken = true;

  constructor(ring: FrameRingConsumer, pollMillis: number) {
    this.#ring = ring;
    this.#pollMillis = pollMillis;
  }

  /** Whether every frame from this place on comes by the ring. Lets go of those before it. */
  joins(next: number): boolean {
    const ring = this.#ring;
    for (let oldest = ring.oldest(); oldest !== null; oldest = ring.oldest()) {
      if (oldest === FRAMES_MISSING) this.#isBroken = true;
      else if (ring.place >= next) return ring.place === next;
      else this.#isBroken = false;
      ring.release();
    }
    return !this.#isBroken;
  }

  /** The frames of the ring, once it {@link joins}, until some are missing. */
  async *frames(signal: AbortSignal): AsyncGenerator<EventFrame> {
    const ring = this.#ring;
    let turnedMillis = performance.now();
    let foundMillis = -Infinity;
    while (!signal.aborted) {
      const oldest = ring.oldest();
      if (oldest === null) {
        const mayPoll = performance.now() - foundMillis < this.#pollMillis;
        await (mayPoll ? turn() : ring.sleep());
        turnedMillis = performance.now();
        continue;
      }
      if (oldest === FRAMES_MISSING) return;
      this.#isBroken = false;
      yield { data: oldest, sequence: ring.place, isStored: false };
      ring.release();
      foundMillis = performance.now();
      if (foundMillis - turnedMillis < TURN_MILLIS_MAX) continue;
      await turn();
      turnedMillis = performance.now();
    }
  }
}

/** A turn of the event loop. */
const turn = () => new Promise<void>((done) => setImmediate(done));
