/**
 * The batcher of a gateway: natural batching of orders into frames.
 *
 * A pure state machine. Records collect while frames are on their way; when an answer comes, the
 * next frame goes, or waits a moment for the many who were answered to come back. It is told of
 * records, answers, refusals and the time, and says which frame to send next;
 * infra/orders/order_gateway.ts does it.
 *
 * Frames have numbers without gaps and the leader takes them in order only, so a frame that got no
 * answer is sent again, and those behind it after it, until it has one: the leader's outcome table
 * makes a frame that arrives twice count once, and the deadline in each record makes a late one
 * harmless. A frame is never given up; the requests behind it wait as long as they choose to.
 *
 * Everything is bounded: when all frames are in use or too many records have no
 * answer, a record is refused. A part of the room is kept for cancels.
 *
 * @module
 */
import { FrameKind, writeFramesBehind } from "../protocol/frame.ts";
import { FRAME_RECORDS, OutgoingFrame } from "./outgoing_frame.ts";
import { SendWindow, WINDOW_RECORDS_LEAST } from "./send_window.ts";

/** Frames that a gateway has, filling, waiting and in flight. */
export const GATEWAY_FRAMES_MAX = 96;
/** Of those, frames that only cancels may open and fill. */
export const CANCEL_FRAMES = 16;
/** Records without an answer, waiting and in flight: more would only grow old. */
export const UNANSWERED_RECORDS_MAX = 49_152;
/** Records that cancels may add beyond that. */
export const CANCEL_RECORDS = 8_192;
/** Records of a frame that wait for no more, but for room in the window: a message costs them little. */
export const ENOUGH_RECORDS = 512;
/** Shortest time without an answer after which a frame is sent again. */
export const ANSWER_TIMEOUT_LEAST_MICROS = 1_000_000;
/** Pause after a refusal that asks to come again, doubled each time up to the longest. */
export const RETRY_PAUSE_LEAST_MICROS = 10_000;
const RETRY_PAUSE_MOST_MICROS = 500_000;
/** Records of an answered frame from which on the next one waits for those who were answered. */
export const GATHER_RECORDS_LEAST = 8;
/** Longest of these waits; it is a part of the round trip where that is shorter. */
export const GATHER_MICROS_MAX = 1_000;
const GATHER_ROUND_TRIP_SHARE = 4;

/** Batches records into frames and keeps the frames until they are answered. */
export class Batcher {
  readonly window: SendWindow;
  readonly #sender: number;
  readonly #free: OutgoingFrame[] = [];
  /** Frames in use, in order of their numbers. */
  readonly #frames: OutgoingFrame[] = [];
  #lastNumber = 0;
  /** When a frame was answered last. */
  #answeredMicros = 0;
  #inFlight = 0;
  #recordsInFlight = 0;
  #waitingRecords = 0;
  #unansweredRecords = 0;
  #resumeMicros = 0;
  #pauseMicros = RETRY_PAUSE_LEAST_MICROS;
  /** Until when the next frame waits for as many records as the last one had. */
  #gatherMicros = 0;
  #gatherRecords = 0;
  readonly #frameRecords: number;
  readonly #enoughRecords: number;

  /**
   * @param sender random number that names this gateway instance to the leader
   * @param windowRecords records in full frames that may be in flight whatever the round trip
   */
  constructor(
    sender: number,
    frameRecords: number = FRAME_RECORDS,
    windowRecords: number = WINDOW_RECORDS_LEAST,
  ) {
    this.window = new SendWindow(windowRecords);
    this.#sender = sender;
    this.#frameRecords = frameRecords;
    this.#enoughRecords = Math.min(frameRecords, ENOUGH_RECORDS);
    for (let count = 0; count < GATEWAY_FRAMES_MAX; count++) {
      this.#free.push(new OutgoingFrame(frameRecords));
    }
  }

  /** Records that are not in flight yet. */
  get waitingRecords(): number {
    return this.#waitingRecords;
  }

  /** Frames in flight. */
  get framesInFlight(): number {
    return this.#inFlight;
  }

  /** For how long a frame has waited while none was answered, in microseconds; 0 when none waits. */
  silentMicros(nowMicros: number): number {
    const oldest = this.#frames[0];
    return oldest === undefined
      ? 0
      : nowMicros - Math.max(oldest.openedMicros, this.#answeredMicros);
  }

  /**
   * The frame that takes the next record; `null` when there is no room. The caller adds the record
   * with {@link OutgoingFrame.addRecord} at once, then calls {@link added}.
   */
  openFrame(isCancel: boolean, nowMicros: number): OutgoingFrame | null {
    // What cancels opened is for cancels: new orders would use the room up behind them.
    if (!isCancel && this.#free.length < CANCEL_FRAMES) return null;
    if (this.#unansweredRecords >= unansweredMax(isCancel)) return null;
    const last = this.#frames.at(-1);
    if (last !== undefined && !last.isSealed && last.count < this.#frameRecords) return last;
    if (this.#free.length <= (isCancel ? 0 : CANCEL_FRAMES)) return null;
    const frame = this.#free.pop() as OutgoingFrame;
    frame.open(++this.#lastNumber, nowMicros);
    this.#frames.push(frame);
    return frame;
  }

  /** Counts what was added to the open frame. */
  added(records = 1): void {
    this.#waitingRecords += records;
    this.#unansweredRecords += records;
  }

  /** Records that {@link openFrame} finds room for at the moment. */
  room(isCancel: boolean): number {
    const kept = isCancel ? 0 : CANCEL_FRAMES;
    if (this.#free.length < kept) return 0;
    const last = this.#frames.at(-1);
    const open = last === undefined || last.isSealed ? 0 : this.#frameRecords - last.count;
    const inFrames = open + (this.#free.length - kept) * this.#frameRecords;
    return Math.max(0, Math.min(inFrames, unansweredMax(isCancel) - this.#unansweredRecords));
  }

  /**
   * The frame to send now, sealed and counted as in flight; `null` when none may go. The caller sets
   * its CRC, sends it, and asks again.
   */
  next(nowMicros: number): OutgoingFrame | null {
    if (nowMicros < this.#resumeMicros) return null;
    for (const [behind, frame] of this.#frames.entries()) {
      if (frame.sentMicros !== 0) continue;
      if (frame.attempts === 0 && !this.#mayGo(frame, nowMicros)) return null;
      if (frame.attempts === 0) {
        this.#waitingRecords -= frame.count;
        frame.seal(FrameKind.orders, this.#sender);
      }
      writeFramesBehind(frame.wire, 0, behind);
      frame.attempts++;
      frame.sentMicros = nowMicros;
      this.#inFlight++;
      this.#recordsInFlight += frame.count;
      return frame;
    }
    return null;
  }

  /** When {@link next} should be asked again though nothing happens; `Infinity` when never. */
  wakeMicros(): number {
    const oldest = this.#frames[0];
    if (oldest === undefined) return Infinity;
    if (this.#resumeMicros !== 0) return this.#resumeMicros;
    const timeout = oldest.sentMicros === 0 ? Infinity : oldest.sentMicros + this.#timeoutMicros();
    const last = this.#frames.at(-1) as OutgoingFrame;
    if (last.sentMicros !== 0 || this.#inFlight >= this.window.frames) return timeout;
    const linger = this.#inFlight === 0
      ? this.#gatherMicros
      : last.openedMicros + this.#lingerMicros();
    return Math.min(timeout, linger);
  }

  /** The frame with this number was answered. Returns it, to be released; `null` if it was before. */
  answered(number: number, nowMicros: number): OutgoingFrame | null {
    const index = this.#frames.findIndex((frame) => frame.number === number);
    if (index < 0) return null;
    const frame = this.#frames[index];
    if (frame.attempts === 0) return null;
    this.#frames.splice(index, 1);
    this.#unansweredRecords -= frame.count;
    this.#answeredMicros = nowMicros;
    if (frame.sentMicros !== 0) {
      this.#leaveFlight(frame);
      if (frame.attempts === 1) this.window.observe(nowMicros - frame.sentMicros, nowMicros);
      this.#gather(frame.count, nowMicros);
    }
    this.#pauseMicros = RETRY_PAUSE_LEAST_MICROS;
    this.#resumeMicros = 0;
    return frame;
  }

  /** Gives back a frame whose records are all answered. */
  release(frame: OutgoingFrame): void {
    frame.number = 0;
    this.#free.push(frame);
  }

  /** Nobody took the frames from this number on, or they came out of order: send them again. */
  sendAgain(fromNumber: number, nowMicros: number): void {
    for (const frame of this.#frames) {
      if (frame.number < fromNumber || frame.sentMicros === 0) continue;
      this.#leaveFlight(frame);
      frame.sentMicros = 0;
    }
    if (this.#resumeMicros > nowMicros) return;
    this.#resumeMicros = nowMicros + this.#pauseMicros;
    this.#pauseMicros = Math.min(this.#pauseMicros * 2, RETRY_PAUSE_MOST_MICROS);
  }

  /**
   * Another leader is there, which has heard none of the frames that are on their way: send them
   * again, and do not wait.
   */
  leaderChanged(nowMicros: number): void {
    this.sendAgain(0, nowMicros);
    this.#pauseMicros = RETRY_PAUSE_LEAST_MICROS;
    this.#resumeMicros = 0;
  }

  /** Time passes: ends a pause, and sends again what had no answer in time. */
  tick(nowMicros: number): void {
    if (this.#resumeMicros !== 0 && nowMicros >= this.#resumeMicros) this.#resumeMicros = 0;
    const oldest = this.#frames[0];
    if (oldest === undefined || oldest.sentMicros === 0) return;
    if (nowMicros - oldest.sentMicros < this.#timeoutMicros()) return;
    this.sendAgain(oldest.number, nowMicros);
    this.#resumeMicros = 0;
  }

  /** Whether a frame that was never sent may go now. */
  #mayGo(frame: OutgoingFrame, nowMicros: number): boolean {
    if (frame.count === 0) return false;
    if (this.#inFlight === 0) {
      return frame.count >= this.#gatherRecords || nowMicros >= this.#gatherMicros;
    }
    if (frame.count >= this.#enoughRecords) {
      return this.window.mayAddFull(this.#recordsInFlight, frame.count);
    }
    return this.#inFlight < this.window.frames &&
      nowMicros - frame.openedMicros >= this.#lingerMicros();
  }

  /**
   * Many who were answered at once come back at once. A frame that went before they do would leave
   * them for the one behind it, and two halves cost the broker and the leader what two wholes do.
   */
  #gather(answeredRecords: number, nowMicros: number): void {
    const isWorthIt = answeredRecords >= GATHER_RECORDS_LEAST;
    const share = this.window.smoothedMicros / GATHER_ROUND_TRIP_SHARE;
    this.#gatherMicros = isWorthIt ? nowMicros + Math.min(GATHER_MICROS_MAX, share) : 0;
    this.#gatherRecords = isWorthIt ? answeredRecords : 0;
  }

  #lingerMicros(): number {
    return Math.min(this.window.shortestMicros / 8, 1_000);
  }

  #timeoutMicros(): number {
    return Math.max(ANSWER_TIMEOUT_LEAST_MICROS, 4 * this.window.smoothedMicros);
  }

  #leaveFlight(frame: OutgoingFrame): void {
    this.#inFlight--;
    this.#recordsInFlight -= frame.count;
  }
}

function unansweredMax(isCancel: boolean): number {
  return UNANSWERED_RECORDS_MAX + (isCancel ? CANCEL_RECORDS : 0);
}
