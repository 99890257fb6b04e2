/**
 * `GET /sapi/v1/system/status`: whether orders are taken, as `GET /v1/status` has it.
 *
 * @module
 */
import type { EndpointSpec } from "../endpoint.ts";
import { NEEDED_PARTS, Probe } from "../health.ts";
import { type Answered, type BinanceRequest, openEndpoint } from "./endpoint_kinds.ts";

/** The endpoint of one app, which looks at one backend. */
export function systemStatusEndpoint(): EndpointSpec {
  const probe = new Probe();
  return openEndpoint("/sapi/v1/system/status", [], (request) => readStatus(request, probe));
}

/** Maintenance is whatever keeps orders out: nobody is told to send them meanwhile. */
async function readStatus({ exchange }: BinanceRequest, probe: Probe): Promise<Answered> {
  const findings = await probe.look(exchange);
  return NEEDED_PARTS.every((part) => findings[part] === null)
    ? { status: 0, msg: "normal" }
    : { status: 1, msg: "system_maintenance" };
}
