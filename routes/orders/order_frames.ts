/**
 * `POST /v1/frames`: commands as the records that the log is made of, up to 2,048 in one request.
 * FRAMES.md says byte by byte what goes in and what comes back.
 *
 * ```text
 * bytes -> SHA-256, signature -> frame_records.ts: structure -> limits -> frame_records.ts: fields
 *   -> write_records.ts: copied into the gateway's frames -> the log
 *   -> record_reports.ts: copied out of the leader's answers
 * ```
 *
 * A frame that is not right is refused as a whole, and so is one that there is no room for: nothing
 * of it is sent. Records of a frame that was sent stand for themselves.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { FRAME_BYTES_MAX } from "../../core/protocol/frame.ts";
import { summaryOf, writeRecordReports } from "../../infra/orders/record_reports.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import type { Charge } from "../middleware/admit.ts";
import { FRAME_TYPE } from "../middleware/body.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { CheckedFrame, checkRecords, readFrame } from "./frame_records.ts";
import { requestKeyOfItems } from "./order_command.ts";
import { framesOperation } from "./order_frame_operation.ts";
import { waitMillisOf } from "./wait_limit.ts";

/**
 * Records that cost one unit of the limits: a record costs the gateway a sixth of what an order of a
 * batch in JSON does and far less than one by itself (bench:batch), and the log as much as any other.
 */
export const RECORDS_PER_UNIT = 10;

/** The endpoint. */
export const framesEndpoint: EndpointSpec = {
  method: "POST",
  path: "/v1/frames",
  scope: "trade",
  weight: 1,
  kind: AdmissionKind.order,
  hasBody: true,
  body: { type: FRAME_TYPE, bytesMax: FRAME_BYTES_MAX },
  measure: measureFrame,
  handle: sendFrame,
  operation: framesOperation,
};

function measureFrame(exchange: Exchange): readonly Charge[] | Problem {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const { bytes } = exchange;
  if (bytes === null) throw new TypeError("the frame was not read");
  const frame = readFrame(bytes);
  if (frame instanceof Problem) return frame;
  exchange.work = frame;
  const { count, cancels } = frame;
  const charges: Charge[] = [];
  const units = (records: number) => Math.ceil(records / RECORDS_PER_UNIT);
  if (count > cancels) charges.push({ weight: units(count - cancels), kind: AdmissionKind.order });
  if (cancels > 0) charges.push({ weight: units(cancels), kind: AdmissionKind.cancel });
  return charges;
}

async function sendFrame(exchange: Exchange): Promise<Outcome> {
  const { backend, identity, work } = exchange;
  if (!(work instanceof CheckedFrame)) throw new TypeError("the frame was not measured");
  const { account, deadlineMicros } = identity;
  const problem = checkRecords(work, account, backend.reference);
  if (problem !== null) return problem;
  const { wire, textAt, count, cancels } = work;
  const key = requestKeyOfItems(identity);
  const records = { wire, textAt, count, cancels, account, deadlineMicros, key };
  const parts = await backend.orders.submitRecords(records, waitMillisOf(exchange));
  const { commands, traded, sequence } = summaryOf(parts);
  backend.market.reported(sequence);
  const earned = Math.floor(traded / RECORDS_PER_UNIT);
  if (earned > 0 && exchange.charged !== null) {
    exchange.deps.admission.giveBack({ ...exchange.charged, weight: earned });
  }
  return {
    // Of commands without a report the outcome is unknown.
    status: commands === count ? 200 : 202,
    body: writeRecordReports(parts),
    contentType: FRAME_TYPE,
    headers: [],
  };
}
