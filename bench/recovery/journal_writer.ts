/**
 * Writes a journal as a leader would have written it over some hours: the market of a flow, then its
 * commands, in frames of 512, as many frames an append as fit.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { frameKind } from "../../core/protocol/frame.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { AppendBuffer } from "../../core/sequencer/append_buffer.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { EPOCH, openMarket } from "../matching/engine_market.ts";
import { learnOrderIds, TapeWriter } from "../matching/engine_frames.ts";
import type { Flow } from "../matching/flow.ts";

/** Records of a frame. */
const FRAME_RECORDS = 512;
/** Appends between two waits for the broker. */
const APPENDS_PER_FLUSH = 32;

/** A journal that grows. */
export class JournalWriter {
  readonly #connection: NatsConnection;
  readonly #journal: JournalStream;
  readonly #tape: TapeWriter;
  readonly #flow: Flow;
  readonly #append = new AppendBuffer();
  #sequence = 0;
  #commands = 0;
  #stampMicros: number;
  readonly #microsPerCommand: number;

  /**
   * @param connection of the user `matcher`
   * @param spanMillis journal time that the flow's commands take, up to now
   */
  constructor(connection: NatsConnection, shard: number, flow: Flow, spanMillis: number) {
    this.#connection = connection;
    this.#journal = new JournalStream(connection, shard);
    this.#flow = flow;
    this.#tape = new TapeWriter(flow, learnOrderIds(flow));
    this.#stampMicros = (Date.now() - spanMillis) * 1_000;
    this.#microsPerCommand = spanMillis * 1_000 / flow.count;
  }

  /** Commands in the journal. */
  get commands(): number {
    return this.#commands;
  }

  /** Opens the market. */
  async open(): Promise<void> {
    const frames: Uint8Array[] = [];
    openMarket(this.#flow.shape, (frame) => frames.push(frame));
    for (const frame of frames) await this.#add(frame);
    await this.#send();
  }

  /** Appends the next commands of the flow. */
  async write(count: number): Promise<void> {
    for (let left = count; left > 0; left -= FRAME_RECORDS) {
      const { wire } = this.#tape.write(Math.min(left, FRAME_RECORDS), FRAME_RECORDS);
      await this.#add(wire.bytes);
    }
    await this.#send();
    await this.#connection.flush();
    const { sequence } = await this.#journal.last();
    if (sequence !== this.#sequence) {
      throw new Error(`${this.#journal.name} has ${sequence} of ${this.#sequence} appends`);
    }
  }

  async #add(frame: Uint8Array): Promise<void> {
    if (!this.#append.hasRoom(frame.length)) await this.#send();
    this.#append.add(frame, frameKind(WireBuffer.copyOf(frame), 0), "");
  }

  async #send(): Promise<void> {
    const append = this.#append;
    if (append.frameCount === 0) return;
    this.#stampMicros += Math.ceil(append.commandCount * this.#microsPerCommand);
    append.seal(Math.min(this.#stampMicros, Date.now() * 1_000), EPOCH, this.#commands + 1);
    sealCrc(append.wire, append.byteLength);
    this.#journal.append(append.message.slice(), this.#sequence++, "");
    this.#commands += append.commandCount;
    append.reset();
    if (this.#sequence % APPENDS_PER_FLUSH === 0) await this.#connection.flush();
  }
}
