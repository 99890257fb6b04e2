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
import { assetNamed } from "../../infra/administration/movement.ts";
import { TransferSchema } from "../../infra/registrar/act_bodies.ts";
import { type Act, doneOf, invalid, type VerifiedRequest } from "./act.ts";
import { shortRefusal } from "./funds_acts.ts";
import { readActBody } from "./read_body.ts";

/** The acts. */
export const TRANSFER_ACTS: readonly Act[] = [
  { method: "POST", path: /^\/v1\/transfers$/, scope: "trade", run: transfer },
];

async function transfer({ author, key, parts, request }: VerifiedRequest): Promise<ActAnswer> {
  const body = readActBody(request.body, TransferSchema);
  if ("refused" in body) return body;
  const { amount: text, asset: name, toAccount, transferId } = body.read;
  const asset = assetNamed(parts.reference.all(), name);
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
      asset: asset.asset,
      amount,
      rule: TransferRule.oneOwner,
    }, `transfer of ${account} ${transferId}`);
  } catch (error) {
    return shortRefusal(error, "transfer", asset);
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
