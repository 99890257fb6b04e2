/**
 * Commands that open accounts, let them trade or not, and put them into trade groups.
 *
 * @module
 */
import { TradeGroupChange } from "../../core/protocol/administration.ts";
import type { AdministrationCommand } from "./administration_command.ts";

/**
 * @param group as an operator says it: 0 for none; left out, the account stays in the one it has
 */
export function accountSwitch(
  account: number,
  enabled: boolean,
  group: number | undefined,
): AdministrationCommand {
  const tradeGroup = group === undefined
    ? TradeGroupChange.stay
    : group === 0
    ? TradeGroupChange.leave
    : group;
  return { kind: "account", account, enabled, tradeGroup };
}

/** Has one command carried out. The same text again is a repeat. */
export type SendCommand<R> = (command: AdministrationCommand, once: string) => Promise<R>;

/**
 * The kill switch of an account. New orders are refused first, so that none slips in behind the cancel.
 *
 * @param once names this very kill
 * @returns what the cancel came to: its `executedLots` are the orders that were canceled
 */
export async function killAccount<R>(
  send: SendCommand<R>,
  account: number,
  once: string,
): Promise<R> {
  await send(accountSwitch(account, false, undefined), `${once} disable`);
  return await send({ kind: "cancelAccount", account, instrument: 0 }, `${once} cancel`);
}
