/**
 * The sequencer of a shard: gives every frame its place in the one durable log.
 *
 * A pure state machine. It takes frames, acknowledgements, refusals and what was read back, and says
 * what to do next; the leader (workers/matching) does it. One append is in flight, with the sequence
 * of the log's last message expected, so a deposed leader cannot write. While it is in flight, the
 * next one fills: group commit for free.
 *
 * ```text
 *                     offer            next                  acknowledged
 *   frames ──▶ filling ──▶ waiting ──▶ in flight ─────────────────────────▶ apply
 *                                        │ refused, or no answer
 *                                        ▼
 *                                     in doubt: read the log's last message
 *                                        │ own bytes there ──▶ apply
 *                                        │ same last sequence as before ──▶ resend the same bytes
 *                                        │ fewer than were acknowledged ──▶ deposed, the log is lost
 *                                        └ anything else ──▶ deposed
 * ```
 *
 * @module
 */
import { frameNumber, framesBehind, frameSender } from "../protocol/frame.ts";
import { ResultCode } from "../protocol/result_code.ts";
import { AppendBuffer } from "./append_buffer.ts";
import { SenderOrder } from "./sender_order.ts";

/** Append buffers: what fills, flies or waits. Beyond this, frames are refused as busy. */
export const APPEND_BUFFERS_MAX = 16;

/** What the sequencer is doing. */
export type SequencerPhase = "idle" | "inFlight" | "inDoubt" | "deposed";

/** What to do once the log's last message was read while in doubt. */
export type DoubtResolved =
  | { readonly action: "apply"; readonly append: AppendBuffer }
  | { readonly action: "resend"; readonly append: AppendBuffer }
  | { readonly action: "deposed"; readonly reason: string }
  /** The log has lost what was acknowledged: nobody may go on from what is left. */
  | { readonly action: "lost"; readonly reason: string }
  /** The doubt was over before the log was read: what was read says nothing any more. */
  | { readonly action: "none" };

/** Gives frames their place in the log of one shard. */
export class Sequencer {
  phase: SequencerPhase = "idle";
  readonly #free: AppendBuffer[] = [];
  /** Buffers with frames, oldest first; the last one still fills. */
  readonly #waiting: AppendBuffer[] = [];
  readonly #senders: SenderOrder;
  #inFlight: AppendBuffer | null = null;
  #lastSequence: number;
  #lastStampMicros: number;
  #commandCount: number;
  #doubts = 0;
  readonly #epoch: number;

  /**
   * @param lastSequence sequence of the log's last message, 0 when it is empty
   * @param lastStampMicros stamp of that message
   * @param commandCount commands in the log so far
   * @param epoch epoch that this leader claims
   * @param senders highest frame of each sender in the log
   */
  constructor(
    lastSequence: number,
    lastStampMicros: number,
    commandCount: number,
    epoch: number,
    senders: SenderOrder,
  ) {
    this.#senders = senders;
    this.#lastSequence = lastSequence;
    this.#lastStampMicros = lastStampMicros;
    this.#commandCount = commandCount;
    this.#epoch = epoch;
    for (let count = 0; count < APPEND_BUFFERS_MAX; count++) this.#free.push(new AppendBuffer());
  }

  /** Sequence of the log's last message that is known to be there. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Epoch that this leader writes under. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Appends that wait or fill. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /**
   * Takes a frame whose CRC has been checked. Copies it.
   *
   * @returns `ok`; else the frame is not in the log and never will be by this offer
   */
  offer(bytes: Uint8Array, kind: number, reply: string): ResultCode {
    if (this.phase === "deposed") return ResultCode.leaderStarting;
    let buffer = this.#waiting.at(-1);
    if (buffer === undefined || !buffer.hasRoom(bytes.length)) {
      buffer = this.#free.pop();
      if (buffer === undefined) return ResultCode.leaderBusy;
      if (!buffer.hasRoom(bytes.length)) {
        this.#free.push(buffer);
        return ResultCode.frameTooLong;
      }
      this.#waiting.push(buffer);
    }
    const at = buffer.byteLength;
    const code = buffer.add(bytes, kind, reply);
    if (code !== ResultCode.ok) {
      this.#dropEmpty(buffer);
      return code;
    }
    const sender = frameSender(buffer.wire, at);
    const number = frameNumber(buffer.wire, at);
    if (!this.#senders.accept(sender, number, framesBehind(buffer.wire, at))) {
      buffer.removeLast();
      this.#dropEmpty(buffer);
      return ResultCode.frameGap;
    }
    return ResultCode.ok;
  }

  /**
   * The next append, when none is in flight and frames wait: sealed, and from now on in flight. The
   * caller sets its CRC and sends it, expecting {@link lastSequence}.
   */
  next(nowMicros: number): AppendBuffer | null {
    if (this.phase !== "idle") return null;
    const append = this.#waiting.shift();
    if (append === undefined) return null;
    // The journal keeps whole microseconds, and what is applied must be what it keeps.
    this.#lastStampMicros = Math.max(this.#lastStampMicros + 1, Math.floor(nowMicros));
    append.seal(this.#lastStampMicros, this.#epoch, this.#commandCount + 1);
    this.#commandCount += append.commandCount;
    this.#inFlight = append;
    this.phase = "inFlight";
    return append;
  }

  /** The append in flight was stored as `sequence`: it may be applied, and the next one sent. */
  acknowledged(sequence: number): AppendBuffer | null {
    const append = this.#inFlight;
    if (append === null || this.phase === "deposed") return null;
    if (sequence !== this.#lastSequence + 1) {
      this.phase = "deposed";
      return null;
    }
    return this.#stored(append);
  }

  /**
   * The append in flight was refused, or its answer did not come: the log must be read.
   *
   * @returns number of the doubt, for {@link resolve}; 0 when nothing is in flight
   */
  doubt(): number {
    if (this.phase !== "inFlight") return 0;
    this.phase = "inDoubt";
    return ++this.#doubts;
  }

  /**
   * The log's last message, read after the doubt with this number began. Its acknowledgement may
   * have come meanwhile, and even the next doubt: then the reading is too old to decide anything.
   */
  resolve(doubt: number, sequence: number, message: Uint8Array | null): DoubtResolved {
    const append = this.#inFlight;
    if (append === null || this.phase !== "inDoubt" || doubt !== this.#doubts) {
      return { action: "none" };
    }
    if (sequence === this.#lastSequence) {
      this.phase = "inFlight";
      return { action: "resend", append };
    }
    if (sequence < this.#lastSequence) {
      this.phase = "deposed";
      return {
        action: "lost",
        reason: `the log ends at ${sequence}, but ${this.#lastSequence} was acknowledged: ` +
          "the broker lost data",
      };
    }
    const isOwn = sequence === this.#lastSequence + 1 && message !== null &&
      isEqual(message, append.message);
    if (!isOwn) return this.#depose(`another leader wrote sequence ${this.#lastSequence + 1}`);
    return { action: "apply", append: this.#stored(append) };
  }

  /** Gives back a buffer that was applied and answered. */
  release(append: AppendBuffer): void {
    append.reset();
    this.#free.push(append);
  }

  #stored(append: AppendBuffer): AppendBuffer {
    this.#lastSequence++;
    this.#inFlight = null;
    this.phase = "idle";
    return append;
  }

  #depose(reason: string): DoubtResolved {
    this.phase = "deposed";
    return { action: "deposed", reason };
  }

  #dropEmpty(buffer: AppendBuffer): void {
    if (buffer.frameCount !== 0) return;
    this.#waiting.pop();
    this.#free.push(buffer);
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
