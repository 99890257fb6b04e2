/**
 * `POST /v1/transfers`: money from the account that asks to another one of the same owner.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { CLIENT_ORDER_ID_TAKES } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { TransferSchema } from "../../infra/registrar/act_bodies.ts";
import { ACT_PROBLEMS, carryOut } from "../acts.ts";
import { type BodyShape, DECIMAL_TAKES, readBodyFields } from "../body_fields.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { Problem } from "../problems/problem.ts";
import { type Transferred, TransferredSchema } from "../schema/transfers.ts";

const TRANSFER: BodyShape<typeof TransferSchema> = {
  what: "A transfer",
  schema: TransferSchema,
  takes: {
    transferId: CLIENT_ORDER_ID_TAKES,
    toAccount: "the number of an account, as a string",
    asset: "the name of an asset",
    amount: DECIMAL_TAKES,
  },
};

/** The endpoint. */
export const transfersEndpoint: EndpointSpec = {
  method: "POST",
  path: "/v1/transfers",
  scope: "trade",
  weight: 5,
  kind: AdmissionKind.order,
  isOffOrderPath: true,
  hasBody: true,
  handle: transfer,
  operation: {
    id: "createTransfer",
    group: "Account",
    summary: "Moves money to another account of the same owner",
    description: "Both accounts are in one trade group, which the operator gives them, and may " +
      "trade. A `transferId` names one transfer for ever: once it is carried out, the same again is " +
      "answered with the first outcome, and with other contents it is refused. One that was refused " +
      "may be sent again with the same `transferId` after ten minutes; until then it is told the same. " +
      "`GET /v1/transfers` has it of both accounts.",
    body: {
      schema: TransferSchema,
      example: { transferId: "to-hedge-1", toAccount: "2", asset: "USD", amount: "250.00" },
    },
    answers: [201, 200].map((status) => ({
      status,
      description: status === 201 ? "It is done." : "It was done before, by this transfer id.",
      body: {
        schema: TransferredSchema,
        example: {
          transferId: "to-hedge-1",
          fromAccount: "1",
          toAccount: "2",
          asset: "USD",
          amount: "250.000000",
          sequence: "1290",
          transactTimeMicros: 1_700_000_000_000_000,
          duplicate: status === 200,
        } satisfies Transferred,
      },
    })),
    problems: [
      ResultCode.notOneOwner,
      ResultCode.accountInvalid,
      ResultCode.supplyTooHigh,
      ResultCode.insufficientFunds,
      ResultCode.accountDisabled,
      ResultCode.unknownAccount,
      ResultCode.differentContent,
      ...ACT_PROBLEMS,
    ],
  },
};

function transfer(exchange: Exchange): Outcome | Promise<Outcome> {
  const body = readBodyFields(exchange.body, TRANSFER);
  return body instanceof Problem ? body : carryOut(exchange);
}
