/**
 * The operator of the simulation: opens the market, and moves money in and out while it runs. Sends
 * each frame again until it is answered.
 *
 * @module
 */
import { FrameKind, frameKind, frameNumber } from "../../core/protocol/frame.ts";
import { adminSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { type Command, deposit, withdraw } from "../support/commands.ts";
import { FrameSource } from "../support/frames.ts";
import { SHARD } from "./glue.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

const RETRY_MICROS = 300_000;
const OPERATOR = 77;

/** Who administers the shard. */
export class SimulatedOperator {
  readonly #process: SimulatedProcess;
  readonly #source = new FrameSource(OPERATOR);
  #queue: Uint8Array[] = [];
  #answered = 0;

  constructor(process: SimulatedProcess) {
    this.#process = process;
  }

  /** Whether everything was answered. */
  get isDone(): boolean {
    return this.#queue.length === 0;
  }

  /** Has these commands carried out, behind those before. */
  submit(commands: readonly Command[]): void {
    const frame = this.#source.frame(commands).bytes;
    this.#queue.push(frame);
    if (this.#queue.length === 1) this.#send(this.#answered + 1);
  }

  /** Pays something in, or out, of an account. */
  moveMoney(account: number): void {
    const { world } = this.#process;
    const move = world.random() < 0.5 ? deposit : withdraw;
    this.submit([move(account, 1 + world.below(2), 1 + world.below(1_000_000))]);
  }

  #send(number: number): void {
    const frame = this.#queue[0];
    if (frame === undefined || number !== this.#answered + 1) return;
    this.#process.connection.publish(adminSubject(SHARD), frame, (answer) => {
      if (answer !== null) this.#receive(answer as Uint8Array);
    });
    this.#process.after(RETRY_MICROS, () => this.#send(number));
  }

  #receive(bytes: Uint8Array): void {
    const answer = WireBuffer.copyOf(bytes);
    const number = frameNumber(answer, 0);
    if (frameKind(answer, 0) !== FrameKind.reports || number !== this.#answered + 1) return;
    this.#answered = number;
    this.#queue.shift();
    if (this.#queue.length > 0) this.#send(number + 1);
  }
}
