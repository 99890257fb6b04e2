/**
 * `deno task admin accounts ...` and `state`; `kill` is in kill_commands.ts.
 *
 * @module
 */
import { TRADE_GROUP_MAX } from "../../core/protocol/administration.ts";
import { PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import { accountSwitch } from "../../infra/administration/account_switch.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import {
  accountOf,
  type AdminCommand,
  type AdminSession,
  ANSWER_MILLIS_MAX,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { wholeNumber } from "./command_line.ts";
import { shownBalances } from "./shown_balances.ts";

const switching = (word: string, enabled: boolean, about: string): AdminCommand => ({
  words: `accounts ${word}`,
  usage: "ACCOUNT [--trade-group G]",
  about,
  details: [
    "--trade-group G  accounts of one group do not trade with each other where an order's self-trade",
    "                 prevention says so: 1 to 4294967294, 0 for none (default: as it is)",
  ],
  values: 1,
  options: { "trade-group": { type: "string" } },
  run: (session, [account], options) =>
    setAccount(session, accountOf(account), enabled, tradeGroupOf(options)),
});

/** The commands. */
export const ACCOUNT_COMMANDS: readonly AdminCommand[] = [
  switching("open", true, "opens an account; one that is open stays as it is, enabled"),
  switching("enable", true, "lets a disabled account trade again"),
  switching("disable", false, "refuses an account's new orders; its open orders stay"),
  {
    words: "accounts show",
    usage: "ACCOUNT",
    about: "balances and number of open orders",
    values: 1,
    options: {},
    run: (session, [account]) => show(session, accountOf(account)),
  },
  {
    words: "state",
    usage: "",
    about: "the leader's state: sequence, state hash, epoch",
    values: 0,
    options: {},
    run: state,
  },
];

/** The trade group of the options, 0 for none; `undefined`: as it is. @throws {UsageError} */
function tradeGroupOf({ "trade-group": text }: OptionValues): number | undefined {
  return typeof text === "string"
    ? wholeNumber("--trade-group", text, 0, TRADE_GROUP_MAX)
    : undefined;
}

async function setAccount(
  session: AdminSession,
  account: number,
  enabled: boolean,
  group: number | undefined,
): Promise<Outcome> {
  const client = await session.client();
  const once = `account ${account} ${crypto.randomUUID()}`;
  const { sequence } = await client.send(accountSwitch(account, enabled, group), once);
  const status = enabled ? "enabled" : "disabled";
  const place = group === 0 ? "in no trade group" : `in trade group ${group}`;
  return {
    text: `account ${account} is ${status}${group === undefined ? "" : `, ${place}`}`,
    json: {
      account: String(account),
      status,
      ...(group === undefined ? {} : { tradeGroup: group === 0 ? null : String(group) }),
      sequence: String(sequence),
    },
  };
}

async function show(session: AdminSession, account: number): Promise<Outcome> {
  const connection = await session.connection();
  const { shard } = session;
  const balances = await shownBalances(session, account);
  const { orders } = await queryLeader(connection, shard, {
    kind: "openOrders",
    account,
    instrument: 0,
    afterOrderId: 0,
    limit: PAGE_ROWS_MAX,
  }, ANSWER_MILLIS_MAX);
  const more = orders.length === PAGE_ROWS_MAX ? " or more" : "";
  const rows = balances.map((one) => [one.asset, one.total, one.available, one.held]);
  const text = balances.length === 0
    ? `account ${account} has no balance`
    : table([["asset", "total", "available", "held"], ...rows]);
  return {
    text: `${text}\nopen orders: ${orders.length}${more}`,
    json: { account: String(account), balances, openOrders: orders.length },
  };
}

async function state(session: AdminSession): Promise<Outcome> {
  const connection = await session.connection();
  const query = { kind: "state" } as const;
  const found = await queryLeader(connection, session.shard, query, ANSWER_MILLIS_MAX);
  const rows = Object.entries(found).map(([name, value]) => [name, String(value)]);
  return { text: table(rows), json: { ...found, sequence: String(found.sequence) } };
}
