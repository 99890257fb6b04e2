/**
 * `deno task admin kill`: the kill switch of an account, of an instrument, of all that a shard has.
 *
 * @module
 */
import type { InstrumentReference } from "../../core/protocol/queries.ts";
import { killAccount } from "../../infra/administration/account_switch.ts";
import {
  cancelInstrumentOrders,
  haltForKill,
  killInstrument,
} from "../../infra/administration/instrument_kill.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import { accountOf, type AdminCommand, type AdminSession, type Outcome } from "./admin_command.ts";
import { UsageError } from "./command_line.ts";

/** Instead of an account or a symbol: every instrument. */
const ALL = "all";

/** The command. */
export const KILL_COMMANDS: readonly AdminCommand[] = [
  {
    words: "kill",
    usage: "ACCOUNT|SYMBOL|all",
    about: "kill switch: refuses new orders and cancels all that are open",
    details: [
      "ACCOUNT  disables the account and cancels all its orders; undo: accounts enable ACCOUNT",
      "SYMBOL   halts the instrument and cancels all its orders; undo: resume SYMBOL",
      "all      halts every instrument, then cancels the orders of each; undo: resume, one by one",
      "",
      "The orders do not come back. Whoever does not know how it ended does it again.",
    ],
    values: 1,
    options: {},
    run: (session, [target]) => kill(session, target),
  },
];

async function kill(session: AdminSession, target: string): Promise<Outcome> {
  if (target === ALL) return await killAll(session);
  if (/^\d+$/.test(target)) return await killOneAccount(session, accountOf(target));
  if (target.includes("-")) return await killSymbol(session, target);
  throw new UsageError(
    `kill ${
      JSON.stringify(target)
    } is not understood; it takes an account's number, a symbol such ` +
      `as BTC-USD, or ${ALL}`,
  );
}

async function killOneAccount(session: AdminSession, account: number): Promise<Outcome> {
  const client = await session.client();
  const once = `kill ${account} ${crypto.randomUUID()}`;
  const send = client.send.bind(client);
  const { executedLots: canceled } = await killAccount(send, account, once);
  return {
    text: `account ${account} is disabled, ${canceled} orders were canceled; undo with: ` +
      `deno task admin accounts enable ${account}`,
    json: { account: String(account), status: "disabled", canceled },
  };
}

async function killSymbol(session: AdminSession, symbol: string): Promise<Outcome> {
  const { instrument } = await session.instrument(symbol);
  const client = await session.client();
  const { canceled } = await killInstrument(
    client.send.bind(client),
    instrument,
    `kill ${symbol} ${crypto.randomUUID()}`,
    (count) => console.error(`${symbol}: ${count} orders canceled so far`),
  );
  return {
    text: `${symbol} is halted, ${canceled} orders were canceled; undo with: ` +
      `deno task admin resume ${symbol}; the orders do not come back`,
    json: { symbol, status: "halted", canceled },
  };
}

/** All are halted before the first is emptied: nothing trades on while the others are seen to. */
async function killAll(session: AdminSession): Promise<Outcome> {
  const instruments = await readInstruments(await session.connection());
  const client = await session.client();
  const send = client.send.bind(client);
  const run = crypto.randomUUID();
  const nameOf = ({ symbol }: InstrumentReference): string => `kill ${symbol} ${run}`;
  for (const one of instruments) {
    await haltForKill(send, one.instrument, nameOf(one));
    console.error(`${one.symbol} is halted`);
  }
  const killed: { symbol: string; status: string; canceled: number }[] = [];
  for (const one of instruments) {
    const { canceled } = await cancelInstrumentOrders(send, one.instrument, nameOf(one));
    console.error(`${one.symbol}: ${canceled} orders were canceled`);
    killed.push({ symbol: one.symbol, status: "halted", canceled });
  }
  const canceled = killed.reduce((sum, one) => sum + one.canceled, 0);
  return {
    text: `${killed.length} instruments are halted, ${canceled} orders were canceled; undo with: ` +
      "deno task admin resume SYMBOL, one by one; the orders do not come back",
    json: { instruments: killed, canceled },
  };
}
