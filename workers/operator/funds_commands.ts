/**
 * `deno task admin deposit`, `withdraw` and `transfer`.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import {
  assetNamed,
  type Movement,
  MOVEMENT_ID_PATTERN,
  movementCommand,
  type NamedAsset,
  shortfallOf,
} from "../../infra/administration/movement.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import {
  accountOf,
  type AdminCommand,
  type AdminSession,
  amountOf,
  type Outcome,
} from "./admin_command.ts";
import { UsageError } from "./command_line.ts";
import { shownBalances } from "./shown_balances.ts";

const DETAILS = [
  "--id TEXT  names this very movement: once it is done, the same again moves nothing more.",
  "           One is drawn and shown when it is left out.",
];

const shared = { details: DETAILS, options: { id: { type: "string" } } } as const;

/** A movement as the command line names it. */
interface GivenMovement {
  readonly kind: "deposit" | "withdraw" | "transfer";
  readonly account: number;
  /** Of a transfer: who gets it. */
  readonly toAccount?: number;
  readonly assetName: string;
  readonly amountText: string;
  readonly givenId: string | undefined;
}

const movement = (kind: "deposit" | "withdraw", about: string): AdminCommand => ({
  ...shared,
  words: kind,
  usage: "ACCOUNT ASSET AMOUNT [--id TEXT]",
  about,
  values: 3,
  run: (session, [account, assetName, amountText], { id }) =>
    move(session, {
      kind,
      account: accountOf(account),
      assetName,
      amountText,
      givenId: id as string | undefined,
    }),
});

/** The commands. */
export const FUNDS_COMMANDS: readonly AdminCommand[] = [
  movement("deposit", "adds to an account's balance"),
  movement("withdraw", "takes from what an account has available"),
  {
    ...shared,
    words: "transfer",
    usage: "FROM TO ASSET AMOUNT [--id TEXT]",
    about: "moves what one account has available to another",
    values: 4,
    run: (session, [from, to, assetName, amountText], { id }) =>
      move(session, {
        kind: "transfer",
        account: accountOf(from),
        toAccount: accountOf(to),
        assetName,
        amountText,
        givenId: id as string | undefined,
      }),
  },
];

async function move(session: AdminSession, movement: GivenMovement): Promise<Outcome> {
  const { kind, account, toAccount, assetName, amountText } = movement;
  const id = movement.givenId ?? crypto.randomUUID();
  if (!MOVEMENT_ID_PATTERN.test(id)) {
    throw new UsageError(`--id ${JSON.stringify(id)} takes 1 to 64 ASCII characters, no blanks`);
  }
  const named = await assetOf(session, assetName);
  const { asset, scale } = named;
  const amount = amountOf(amountText, scale, `amount of ${assetName}`);
  const client = await session.client();
  const wanted: Movement = kind === "transfer"
    ? { kind, account, toAccount: toAccount as number, asset, amount }
    : { kind, account, asset, amount };
  const { command, once } = movementCommand(wanted, id);
  const report = await client.send(command, once).catch((error) => {
    throw explained(error, kind, named);
  });
  const balance = (await shownBalances(session, account)).find((one) => one.asset === assetName);
  const moved = `${formatDecimal(amount, scale)} ${assetName}`;
  const before = report.isDuplicate ? ", by this --id before: nothing more was moved" : "";
  const has = `account ${account} has ${balance?.total ?? "0"} ${assetName}, ` +
    `${balance?.available ?? "0"} of it available`;
  return {
    text: `${moved} ${pastOf(movement)}${before}\n${has}\nid ${id}`,
    json: {
      account: String(account),
      ...(toAccount === undefined ? {} : { toAccount: String(toAccount) }),
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

function pastOf({ kind, account, toAccount }: GivenMovement): string {
  if (kind === "transfer") return `transferred from account ${account} to account ${toAccount}`;
  return `${kind === "deposit" ? "deposited to" : "withdrawn from"} account ${account}`;
}

/** A refusal in the words and units of the command line. */
function explained(error: unknown, kind: string, asset: NamedAsset): unknown {
  if (error instanceof AdministrationError && error.code === ResultCode.differentContent) {
    return new Error(`${kind} was refused, different_content: the --id was used for another one`);
  }
  const shortfall = shortfallOf(error, asset);
  if (shortfall === null) return error;
  const { available, needed } = shortfall;
  return new Error(
    `${kind} was refused, insufficient_funds: ${available} ${asset.name} available, ` +
      `${needed} asked for`,
  );
}

/** An asset by its name: the instruments tell number and scale. */
async function assetOf(session: AdminSession, name: string): Promise<NamedAsset> {
  const instruments = await readInstruments(await session.connection());
  const found = assetNamed(instruments, name);
  if (found !== null) return found;
  const names = new Set(instruments.flatMap((one) => [one.baseName, one.quoteName]));
  const there = [...names].join(", ") || "none";
  throw new UsageError(`there is no asset ${name}; there are: ${there}`);
}
