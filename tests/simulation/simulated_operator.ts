/**
 * The operator of the simulation: opens the market, and while it runs moves money in and out, uses
 * the kill switch of its instrument and changes its terms. Sends each frame again until it is answered.
 *
 * @module
 */
import { FrameKind, frameKind, frameNumber } from "../../core/protocol/frame.ts";
import { adminSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import {
  called,
  cancelInstrument,
  changeTerms,
  type Command,
  DEFAULT_INSTRUMENT,
  deposit,
  type Movement,
  type TermsChangeCommand,
  type Transfer,
  transfer,
  withdraw,
} from "../support/commands.ts";
import { FrameSource } from "../support/frames.ts";
import { SHARD } from "./glue.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

const RETRY_MICROS = 300_000;
const OPERATOR = 77;
/** Movements of the day before. */
const YESTERDAYS = 5;
/** Share of movements that repeat an earlier one, of these that have another amount. */
const REPEAT_SHARE = 0.6;
const OTHER_SHARE = 0.2;
/** Share of new ones that are refused: more than there is. */
const REFUSED_SHARE = 0.2;
const TOO_MUCH = 2 ** 50;
/** Share of changes of terms that repeat an earlier one, and of new ones that are of the collar. */
const CHANGE_REPEAT_SHARE = 0.3;
const COLLAR_SHARE = 0.3;
/** What fees are, and collars. */
const FEES = [0, 100, 2_000] as const;
const COLLARS = [50_000, 10_000] as const;

/** Who administers the shard. */
export class SimulatedOperator {
  readonly #process: SimulatedProcess;
  readonly #source = new FrameSource(OPERATOR);
  #queue: Uint8Array[] = [];
  readonly #moves: (Movement | Transfer)[] = [];
  #answered = 0;
  #kills = 0;
  readonly #changes: TermsChangeCommand[] = [];

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

  /**
   * Pays something in, or out, of an account, or moves it to another; or does so again under a
   * reference that was used before, be it the day before, at times with another amount.
   */
  moveMoney(account: number): void {
    const { world } = this.#process;
    const earlier = this.#moves[world.below(this.#moves.length)];
    if (earlier === undefined || world.random() >= REPEAT_SHARE) return this.#move(account);
    const isOther = world.random() < OTHER_SHARE;
    world.count(isOther ? "reference used for another movement" : "movement repeated");
    this.submit([isOther ? { ...earlier, amount: earlier.amount + 1 } : earlier]);
  }

  /** What was moved the day before: most of it was carried out. */
  moveYesterday(): void {
    for (let account = 1; account <= YESTERDAYS; account++) this.#move(account);
  }

  /** Cancels the orders of the instrument, whoever they are of; or sends the last such cancel again. */
  killInstrument(): void {
    const { world } = this.#process;
    const isRepeat = this.#kills > 0 && world.random() < REPEAT_SHARE;
    if (!isRepeat) this.#kills++;
    world.count(isRepeat ? "cancel of an instrument repeated" : "instrument killed");
    this.submit([cancelInstrument(DEFAULT_INSTRUMENT, called(`kill-${this.#kills}`))]);
  }

  /**
   * Changes fees and collar of the instrument, from values that it may have: some changes come too late,
   * some are against orders that rest. Or sends an earlier change again.
   */
  changeTerms(): void {
    const { world } = this.#process;
    const earlier = this.#changes[world.below(this.#changes.length)];
    if (earlier !== undefined && world.random() < CHANGE_REPEAT_SHARE) {
      world.count("change of terms repeated");
      return this.submit([earlier]);
    }
    const of = (values: readonly number[]) => values[world.below(values.length)];
    const seen = { makerFeePpm: of(FEES), takerFeePpm: of(FEES) };
    const named = of([0, 1]) === 0 ? "makerFeePpm" : "takerFeePpm";
    const collarPpm = COLLARS[this.#changes.length % COLLARS.length];
    const isCollar = world.random() < COLLAR_SHARE;
    const next = COLLARS[(this.#changes.length + 1) % COLLARS.length];
    const reference = called(`terms-${this.#changes.length}`);
    const change = isCollar
      ? changeTerms({ collarPpm }, { collarPpm: next }, reference)
      : changeTerms({ [named]: seen[named] }, { [named]: of(FEES) }, reference);
    this.#changes.push(change);
    world.count("change of terms");
    this.submit([change]);
  }

  #move(account: number): void {
    const { world } = this.#process;
    const asset = 1 + world.below(2);
    const amount = world.random() < REFUSED_SHARE ? TOO_MUCH : 1 + world.below(1_000_000);
    const reference = called(`wire-${this.#moves.length}`);
    const dice = amount === TOO_MUCH ? 1 : world.random();
    const move = dice < 0.4
      ? deposit(account, asset, amount, reference)
      : dice < 0.6
      ? transfer(account, 1 + account % 5, asset, amount, reference)
      : withdraw(account, asset, amount, reference);
    this.#moves.push(move);
    this.submit([move]);
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
