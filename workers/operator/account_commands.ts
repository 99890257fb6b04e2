/**
 * `deno task admin accounts ...`, `deposit`, `withdraw`, `kill` and `state`.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { PAGE_ROWS_MAX } from "../../core/protocol/queries.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import {
  accountOf,
  type AdminCommand,
  type AdminSession,
  amountOf,
  ANSWER_MILLIS_MAX,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError } from "./command_line.ts";

/** An idempotency text of the operator's: printable ASCII. */
const ID_PATTERN = /^[\x21-\x7e]{1,64}$/;

const accountSwitch = (word: string, enabled: boolean, about: string): AdminCommand => ({
  words: `accounts ${word}`,
  usage: "ACCOUNT",
  about,
  values: 1,
  options: {},
  run: (session, [account]) => setAccount(session, accountOf(account), enabled),
});

const movement = (kind: "deposit" | "withdraw", about: string): AdminCommand => ({
  words: kind,
  usage: "ACCOUNT ASSET AMOUNT [--id TEXT]",
  about,
  details: [
    "--id TEXT  names this very movement: the same again within ten minutes moves nothing more.",
    "           One is drawn and shown when it is left out.",
  ],
  values: 3,
  options: { id: { type: "string" } },
  run: (session, [account, asset, amount], { id }) =>
    move(session, kind, accountOf(account), asset, amount, id as string | undefined),
});

/** The commands. */
export const ACCOUNT_COMMANDS: readonly AdminCommand[] = [
  accountSwitch("open", true, "opens an account; one that is open stays as it is, enabled"),
  accountSwitch("enable", true, "lets a disabled account trade again"),
  accountSwitch("disable", false, "refuses an account's new orders; its open orders stay"),
  {
    words: "accounts show",
    usage: "ACCOUNT",
    about: "balances and number of open orders",
    values: 1,
    options: {},
    run: (session, [account]) => show(session, accountOf(account)),
  },
  movement("deposit", "adds to an account's balance"),
  movement("withdraw", "takes from what an account has available"),
  {
    words: "kill",
    usage: "ACCOUNT",
    about: "kill switch: disables the account and cancels all its orders",
    values: 1,
    options: {},
    run: (session, [account]) => kill(session, accountOf(account)),
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

async function setAccount(
  session: AdminSession,
  account: number,
  enabled: boolean,
): Promise<Outcome> {
  const client = await session.client();
  const once = `account ${account} ${crypto.randomUUID()}`;
  const { sequence } = await client.send({ kind: "account", account, enabled }, once);
  const status = enabled ? "enabled" : "disabled";
  return {
    text: `account ${account} is ${status}`,
    json: { account: String(account), status, sequence: String(sequence) },
  };
}

async function show(session: AdminSession, account: number): Promise<Outcome> {
  const connection = await session.connection();
  const { shard } = session;
  const balances = await balancesOf(session, account);
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

async function move(
  session: AdminSession,
  kind: "deposit" | "withdraw",
  account: number,
  assetName: string,
  amountText: string,
  givenId: string | undefined,
): Promise<Outcome> {
  const id = givenId ?? crypto.randomUUID();
  if (!ID_PATTERN.test(id)) {
    throw new UsageError(`--id ${JSON.stringify(id)} takes 1 to 64 ASCII characters, no blanks`);
  }
  const { asset, scale } = await assetOf(session, assetName);
  const amount = amountOf(amountText, scale, `amount of ${assetName}`);
  const client = await session.client();
  const command = { kind, account, asset, amount };
  const report = await client.send(command, `${kind} ${id}`).catch((error) => {
    throw explained(error, kind, assetName, scale);
  });
  const balance = (await balancesOf(session, account)).find((one) => one.asset === assetName);
  const moved = `${formatDecimal(amount, scale)} ${assetName}`;
  const verb = kind === "deposit" ? "deposited to" : "withdrawn from";
  const before = report.isDuplicate ? ", by this --id before: nothing more was moved" : "";
  return {
    text: `${moved} ${verb} account ${account}${before}\n` +
      `it has ${balance?.total ?? "0"} ${assetName}, ${
        balance?.available ?? "0"
      } of it available\n` +
      `id ${id}`,
    json: {
      account: String(account),
      kind,
      asset: assetName,
      amount: formatDecimal(amount, scale),
      id,
      duplicate: report.isDuplicate,
      balance: balance ?? null,
      sequence: String(report.sequence),
    },
  };
}

/** A refusal in the words and units of the command line. */
function explained(error: unknown, kind: string, asset: string, scale: number): unknown {
  if (!(error instanceof AdministrationError)) return error;
  if (error.code === ResultCode.differentContent) {
    return new Error(`${kind} was refused, different_content: the --id was used for another one`);
  }
  if (error.code !== ResultCode.insufficientFunds) return error;
  const [available, asked] = [error.limit, error.value].map((units) => formatDecimal(units, scale));
  return new Error(
    `${kind} was refused, insufficient_funds: ${available} ${asset} available, ${asked} asked for`,
  );
}

/** New orders are refused first, so that none slips in behind the cancel. */
async function kill(session: AdminSession, account: number): Promise<Outcome> {
  const client = await session.client();
  const once = `kill ${account} ${crypto.randomUUID()}`;
  await client.send({ kind: "account", account, enabled: false }, `${once} disable`);
  const command = { kind: "cancelAccount", account, instrument: 0 } as const;
  const { executedLots: canceled } = await client.send(command, `${once} cancel`);
  return {
    text: `account ${account} is disabled, ${canceled} orders were canceled; undo with: ` +
      `deno task admin accounts enable ${account}`,
    json: { account: String(account), status: "disabled", canceled },
  };
}

async function state(session: AdminSession): Promise<Outcome> {
  const connection = await session.connection();
  const query = { kind: "state" } as const;
  const found = await queryLeader(connection, session.shard, query, ANSWER_MILLIS_MAX);
  const rows = Object.entries(found).map(([name, value]) => [name, String(value)]);
  return { text: table(rows), json: { ...found, sequence: String(found.sequence) } };
}

interface ShownBalance {
  readonly asset: string;
  readonly total: string;
  readonly available: string;
  readonly held: string;
}

async function balancesOf(session: AdminSession, account: number): Promise<ShownBalance[]> {
  const connection = await session.connection();
  const query = { kind: "balances", account } as const;
  const { balances } = await queryLeader(connection, session.shard, query, ANSWER_MILLIS_MAX);
  return balances.map(({ asset, scale, available, held }) => ({
    asset,
    total: formatDecimal(available + held, scale),
    available: formatDecimal(available, scale),
    held: formatDecimal(held, scale),
  }));
}

/** An asset by its name: the instruments tell number and scale. */
async function assetOf(
  session: AdminSession,
  name: string,
): Promise<{ readonly asset: number; readonly scale: number }> {
  const names = new Set<string>();
  for (const one of await readInstruments(await session.connection())) {
    if (one.baseName === name) return { asset: one.baseAsset, scale: one.baseScale };
    if (one.quoteName === name) return { asset: one.quoteAsset, scale: one.quoteScale };
    names.add(one.baseName).add(one.quoteName);
  }
  const there = [...names].join(", ") || "none";
  throw new UsageError(`there is no asset ${name}; there are: ${there}`);
}
