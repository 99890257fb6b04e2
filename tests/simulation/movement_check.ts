/**
 * What the log must say of movements of money: one that was carried out is never carried out again,
 * however late it comes; one that was refused is remembered for the horizon of the outcome table.
 *
 * @module
 */
import { HORIZON_MICROS } from "../../core/matching/outcomes.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import { CommandKind, OrderWord } from "../../core/protocol/order_record.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { readU64, type WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { outcomeOf } from "./client_history.ts";
import { SimulationError } from "./simulated_world.ts";

interface KnownMovement {
  readonly content: string;
  readonly outcome: string;
  readonly isDone: boolean;
  readonly stampMicros: number;
}

const DONE = `done ${ResultCode.ok}`;
const OTHER_CONTENT = `rejected ${ResultCode.differentContent}`;

/** Takes the movements of a log in its order. */
export class MovementCheck {
  /** Money that came in less what went out, by asset. */
  readonly supplies = new Map<number, number>();
  readonly #known = new Map<string, KnownMovement>();

  /** Takes the movement at `at`, what was reported of it, and the stamp of its append. */
  take(
    name: string,
    wire: WireBuffer,
    at: number,
    report: CommandReport,
    stampMicros: number,
  ): void {
    const outcome = outcomeOf(wire.bytes[at], report);
    const content = contentOf(wire, at);
    const known = this.#known.get(name);
    if (known === undefined || isForgotten(known, stampMicros)) {
      must(report.kind !== EventKind.summary, "a new one is no repeat", name);
      const isDone = outcome === DONE;
      this.#known.set(name, { content, outcome, isDone, stampMicros });
      if (isDone) this.#move(wire, at);
      return;
    }
    if (content !== known.content) {
      return must(outcome === OTHER_CONTENT, `${outcome} is ${OTHER_CONTENT}`, name);
    }
    must(report.kind === EventKind.summary, "it counts once", name);
    must(outcome === known.outcome, `${outcome} is the same as ${known.outcome}`, name);
  }

  #move(wire: WireBuffer, at: number): void {
    const kind = wire.bytes[at];
    if (kind === CommandKind.transfer) return;
    const asset = wire.words[(at >> 2) + OrderWord.instrument];
    const amount = readU64(wire.words, (at >> 2) + OrderWord.quantity);
    const signed = kind === CommandKind.deposit ? amount : -amount;
    this.supplies.set(asset, (this.supplies.get(asset) ?? 0) + signed);
  }
}

function isForgotten(known: KnownMovement, stampMicros: number): boolean {
  return !known.isDone && known.stampMicros + HORIZON_MICROS < stampMicros;
}

/** What makes a movement another one. */
function contentOf({ bytes, words }: WireBuffer, at: number): string {
  const { account, instrument, quantity, target } = OrderWord;
  const of = [account, instrument, quantity, quantity + 1, target];
  return [bytes[at], ...of.map((field) => words[(at >> 2) + field])].join();
}

function must(holds: boolean, what: string, who: string): void {
  if (!holds) {
    throw new SimulationError(`the journal is not as it must be at movement ${who}: ${what}`);
  }
}
