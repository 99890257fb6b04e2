/**
 * The kill switch of an instrument: halts it, and cancels its orders, command by command until none is
 * left.
 *
 * Each command has a name of its own, so whoever does not know how a kill ended does it again under
 * the same name: what was done before is answered with its first outcome, and it goes on from there.
 * For as long as the outcome table remembers, which is ten minutes at least; later it is a new kill.
 *
 * @module
 */
import { CANCELS_PER_COMMAND_MAX, ORDERS_MAX } from "../../core/matching/shard_state.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import type { SendCommand } from "./account_switch.ts";

/** Commands that one kill sends at most: as many as empty a shard whose orders are all of one book. */
export const CANCELS_PER_KILL_MAX = Math.ceil(ORDERS_MAX / CANCELS_PER_COMMAND_MAX);

/** What is read of the report of a cancel. */
type CancelReport = Pick<CommandReport, "executedLots" | "leavesLots">;

/** What cancels of an instrument came to. */
export interface EmptiedInstrument<R> {
  /** Orders that were canceled, by all commands of this name, now or before. */
  readonly canceled: number;
  /** Report of the last command. */
  readonly report: R;
}

/** New orders come in as fast as they are canceled: the instrument was not halted. */
export class InstrumentNotEmptyError extends Error {
  override readonly name = "InstrumentNotEmptyError";
  constructor(readonly instrument: number, readonly commands: number, readonly canceled: number) {
    super(
      `instrument ${instrument} still has orders after ${commands} cancels (limit ` +
        `${CANCELS_PER_KILL_MAX}) that took ${canceled}; halt it first`,
    );
  }
}

/**
 * Cancels the orders of an instrument until none is left. Without a halt, new ones may come in behind.
 *
 * @param once names this very act
 * @param progress told after each command how many were canceled so far
 * @throws {InstrumentNotEmptyError} when {@link CANCELS_PER_KILL_MAX} commands did not empty it
 */
export async function cancelInstrumentOrders<R extends CancelReport>(
  send: SendCommand<R>,
  instrument: number,
  once: string,
  progress: (canceled: number) => void = () => {},
): Promise<EmptiedInstrument<R>> {
  let canceled = 0;
  for (let number = 1; number <= CANCELS_PER_KILL_MAX; number++) {
    const report = await send({ kind: "cancelInstrument", instrument }, `${once} cancel ${number}`);
    canceled += report.executedLots;
    if (report.leavesLots === 0) return { canceled, report };
    progress(canceled);
  }
  throw new InstrumentNotEmptyError(instrument, CANCELS_PER_KILL_MAX, canceled);
}

/** Halts an instrument: the first half of its kill, under the same name. */
export function haltForKill<R>(
  send: SendCommand<R>,
  instrument: number,
  once: string,
): Promise<R> {
  return send({ kind: "tradingStatus", instrument, trading: false }, `${once} halt`);
}

/**
 * The kill switch. New orders are refused first, so that none slips in behind the cancels.
 *
 * @param once names this very kill
 * @throws as {@link cancelInstrumentOrders}
 */
export async function killInstrument<R extends CancelReport>(
  send: SendCommand<R>,
  instrument: number,
  once: string,
  progress?: (canceled: number) => void,
): Promise<EmptiedInstrument<R>> {
  await haltForKill(send, instrument, once);
  return await cancelInstrumentOrders(send, instrument, once, progress);
}
