/**
 * Money, as an operator moves it over REST: deposits, withdrawals, and transfers between any accounts.
 *
 * The reference of whoever asks names a movement of its kind in the whole venue, as `--id` does on the
 * command line: once it is carried out, the same one again moves nothing more, however late.
 *
 * @module
 */
import type { ActAnswer, ActRefusal } from "../../core/protocol/act.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import { exactAmount } from "../../infra/administration/exact_amount.ts";
import {
  assetNamed,
  type Movement,
  movementCommand,
  type NamedAsset,
  shortfallOf,
} from "../../infra/administration/movement.ts";
import { MovementSchema, OperatorTransferSchema } from "../../infra/registrar/admin_bodies.ts";
import { ACCOUNT_PART, accountOf, type Act, doneOf, invalid, type VerifiedRequest } from "./act.ts";
import { readActBody } from "./read_body.ts";

const post = (rest: string, run: Act["run"]): Act => ({
  method: "POST",
  path: new RegExp(`^/v1/admin/accounts/${ACCOUNT_PART}/${rest}$`),
  scope: "admin",
  isWeighty: true,
  run,
});

/** The acts. */
export const FUNDS_ACTS: readonly Act[] = [
  post("deposits", (verified) => move(verified, "deposit")),
  post("withdrawals", (verified) => move(verified, "withdraw")),
  post("transfers", transfer),
];

/** What a body says of any movement. */
interface Given {
  readonly reference: string;
  readonly asset: string;
  readonly amount: string;
}

async function move(verified: VerifiedRequest, kind: "deposit" | "withdraw"): Promise<ActAnswer> {
  const body = readActBody(verified.request.body, MovementSchema);
  if ("refused" in body) return body;
  return await carryOut(verified, kind, body.read, (common) => ({ ...common, kind }), {});
}

async function transfer(verified: VerifiedRequest): Promise<ActAnswer> {
  const body = readActBody(verified.request.body, OperatorTransferSchema);
  if ("refused" in body) return body;
  const { toAccount } = body.read;
  return await carryOut(
    verified,
    "transfer",
    body.read,
    (common) => ({ ...common, kind: "transfer", toAccount: Number(toAccount) }),
    { toAccount },
  );
}

async function carryOut(
  { author, named: [text], parts }: VerifiedRequest,
  what: string,
  given: Given,
  movementOf: (common: Pick<Movement, "account" | "asset" | "amount">) => Movement,
  extra: object,
): Promise<ActAnswer> {
  const account = accountOf(text);
  if (typeof account !== "number") return account;
  const asset = assetNamed(parts.reference.all(), given.asset);
  if (asset === null) return invalid("invalidField", "asset", ASSET_TAKES, given.asset);
  const amount = exactAmount(given.amount, asset.scale);
  if (typeof amount !== "number") {
    const takes = `above 0, with at most ${asset.scale} decimals`;
    const detail = `The amount ${amount}.`;
    return { ...invalid("invalidField", "amount", takes, given.amount), detail };
  }
  const movement = movementOf({ account, asset: asset.asset, amount });
  const { command, once } = movementCommand(movement, given.reference);
  let report: CommandReport;
  try {
    report = await parts.send(author, command, once);
  } catch (error) {
    return otherReference(error, given.reference) ?? shortRefusal(error, what, asset);
  }
  return {
    status: report.isDuplicate ? 200 : 201,
    body: {
      reference: given.reference,
      account: text,
      ...extra,
      asset: asset.name,
      amount: formatDecimal(amount, asset.scale),
      ...doneOf(report),
    },
  };
}

/** What an asset has to be. */
const ASSET_TAKES = "an asset of an instrument";

function otherReference(error: unknown, reference: string): ActRefusal | null {
  const isOther = error instanceof AdministrationError &&
    error.code === ResultCode.differentContent;
  if (!isOther) return null;
  const detail = "The reference was used before, for another movement.";
  return { refused: error.code, detail, field: "reference", value: reference };
}

/** That there was not enough to move; whatever else went wrong is thrown on. */
export function shortRefusal(error: unknown, what: string, asset: NamedAsset): ActRefusal {
  const shortfall = shortfallOf(error, asset);
  if (shortfall === null) throw error;
  const { available, needed } = shortfall;
  const { name } = asset;
  return {
    refused: ResultCode.insufficientFunds,
    detail: `The ${what === "withdraw" ? "withdrawal" : what} needs ${needed} ${name}, and ` +
      `${available} ${name} are available.`,
    field: "amount",
    limit: available,
    value: needed,
  };
}
