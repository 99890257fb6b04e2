/**
 * Whose stream it is: shown by a signature or a token, as with any request, or by a ticket.
 *
 * @module
 */
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { TICKET_PREFIX } from "../../core/protocol/subjects.ts";
import { BucketError } from "../../infra/nats/errors.ts";
import { WRONG_LAST_SEQUENCE } from "../../infra/nats/kv.ts";
import type { Exchange } from "../exchange.ts";
import { admitKey } from "../middleware/admit.ts";
import { authenticate, checkCredentials } from "../middleware/authenticate.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import type { StreamOwner } from "./stream_driver.ts";
import type { StreamTable } from "./stream_table.ts";

/** How long a stream may carry reports after its login. */
export const LOGIN_MICROS = 3_600 * 1_000_000;
/** Units that a login costs its key. */
const LOGIN_UNITS = 5;

/** Whose the request is, and notes that he listens; or why he may not. */
export async function verifyOwner(
  exchange: Exchange,
  table: StreamTable,
): Promise<StreamOwner | Problem> {
  const refusal = checkCredentials(exchange) ??
    await authenticate(exchange, "read", AdmissionKind.read) ??
    await admitKey(exchange, LOGIN_UNITS, AdmissionKind.read);
  if (refusal !== null) return refusal;
  const { account, keyId } = exchange.identity;
  return await noted(exchange, table, account, keyId);
}

/** {@link verifyOwner} of a ticket, which is used up. */
export async function useTicket(
  exchange: Exchange,
  table: StreamTable,
  text: string,
): Promise<StreamOwner | Problem> {
  const { backend, nowMicros } = exchange;
  const ticket = backend.tickets.verify(text, nowMicros);
  if (ticket === null) return new Problem(EdgeCode.ticketInvalid);
  const { account, slot, revision, keyId } = ticket;
  try {
    // Of all gateways that try only one finds the place as it was when the ticket was made.
    await backend.listeners.put(ticketPlace(account, slot), "used", revision);
  } catch (error) {
    const isUsed = error instanceof BucketError && error.code === WRONG_LAST_SEQUENCE;
    return isUsed ? new Problem(EdgeCode.ticketInvalid) : unavailable(exchange, error);
  }
  const key = await backend.keys.get(keyId);
  if (key === null || key.revoked) return new Problem(EdgeCode.ticketInvalid);
  return await noted(exchange, table, account, keyId);
}

/** Key in the bucket of an account's ticket. */
export const ticketPlace = (account: number, slot: number): string =>
  `${TICKET_PREFIX}${account}.${slot}`;

/** What a client is told when the bucket does not answer. */
export function unavailable({ deps, requestId }: Exchange, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  deps.log("warn", `request ${requestId}: the bucket of listeners does not answer: ${reason}`);
  return new Problem(EdgeCode.streamsUnavailable);
}

async function noted(
  exchange: Exchange,
  table: StreamTable,
  account: number,
  keyId: string,
): Promise<StreamOwner | Problem> {
  const { backend, nowMicros } = exchange;
  try {
    await table.notes.note(backend.listeners, account, nowMicros);
  } catch (error) {
    return unavailable(exchange, error);
  }
  return { account, keyId, untilMicros: nowMicros + LOGIN_MICROS };
}
