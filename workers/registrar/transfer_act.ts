/**
 * A transfer between two accounts of one owner. Whether they are that is judged by the core where the
 * transfer has its place in the log, so nothing that changes meanwhile can come between.
 *
 * @module
 */
import type { ActAnswer } from "../../core/protocol/act.ts";
import { TransferRule } from "../../core/protocol/administration.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { formatDecimal, parseDecimal } from "../../core/protocol/decimal.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import { TransferSchema } from "../../infra/registrar/act_bodies.ts";
import { type Act, invalid, type VerifiedRequest } from "./act.ts";
import { doneOf } from "./admin_acts.ts";
import { readActBody } from "./read_body.ts";

/** The acts. */
export const TRANSFER_ACTS: readonly Act[] = [
  { method: "POST", path: /^\/v1\/transfers$/, scope: "trade", run: transfer },
];

async function transfer({ author, key, parts, request }: VerifiedRequest): Promise<ActAnswer> {
  const body = readActBody(request.body, TransferSchema);
  if ("refused" in body) return body;
  const { amount: text, asset: name, toAccount, transferId } = body.read;
  const asset = assetOf(parts.reference, name);
  if (asset === null) return invalid("invalidField", "asset", "an asset of an instrument", name);
  const amount = parseDecimal(text, asset.scale);
  if (amount <= 0) {
    const takes = `above 0, with at most ${asset.scale} decimals`;
    return invalid("invalidField", "amount", takes, text);
  }
  const { account } = key;
  let report: CommandReport;
  try {
    report = await parts.send(author, {
      kind: "transfer",
      account,
      toAccount: Number(toAccount),
      asset: asset.number,
      amount,
      rule: TransferRule.oneOwner,
    }, `transfer of ${account} ${transferId}`);
  } catch (error) {
    const isShort = error instanceof AdministrationError &&
      error.code === ResultCode.insufficientFunds;
    if (!isShort) throw error;
    const [available, needed] = [error.limit, error.value].map((one) =>
      formatDecimal(one, asset.scale)
    );
    const detail = `The transfer needs ${needed} ${name}, and ${available} ${name} are available.`;
    return { refused: error.code, detail, field: "amount", limit: available, value: needed };
  }
  return {
    status: report.isDuplicate ? 200 : 201,
    body: {
      transferId,
      fromAccount: String(account),
      toAccount,
      asset: name,
      amount: formatDecimal(amount, asset.scale),
      ...doneOf(report),
    },
  };
}

/** Number and scale of an asset, as the instruments have it. */
function assetOf(reference: VerifiedRequest["parts"]["reference"], name: string) {
  for (const terms of reference.all()) {
    if (terms.baseName === name) return { number: terms.baseAsset, scale: terms.baseScale };
    if (terms.quoteName === name) return { number: terms.quoteAsset, scale: terms.quoteScale };
  }
  return null;
}
