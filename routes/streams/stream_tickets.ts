/**
 * `POST /v1/stream-tickets`: a ticket for one stream with the account's reports, to be shown in a
 * URL by a page whose browser sends no header fields of its own.
 *
 * The account's place in the bucket is written when the ticket is made, and again when it is used,
 * which succeeds only where nobody has written it between: so a ticket is used once, at whichever
 * gateway, and no more is kept of an account than its places.
 *
 * @module
 */
import { TICKET_SECONDS, TICKET_SLOTS } from "../../infra/streams/stream_tickets.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { readParameters } from "../query_parameters.ts";
import { jsonReply } from "../reply.ts";
import { type StreamTicketAnswer, StreamTicketSchema } from "../schema/stream_ticket.ts";
import { ticketPlace, unavailable } from "./stream_owner.ts";

const MICROS_PER_SECOND = 1_000_000;

/** The endpoint. */
export const streamTicketsEndpoint: EndpointSpec = {
  method: "POST",
  path: "/v1/stream-tickets",
  scope: "read",
  weight: 5,
  handle: mintTicket,
  operation: {
    id: "createStreamTicket",
    group: "Streams",
    summary: "A ticket for one stream",
    description: `Good for one \`GET /v1/stream\` within ${TICKET_SECONDS} s, in its parameter ` +
      `\`ticket\`. An account has ${TICKET_SLOTS} places for tickets, taken at random: one that ` +
      "is not used in time may be pushed out by another.",
    problems: [EdgeCode.streamsUnavailable],
    answers: [{
      status: 201,
      description: "The ticket.",
      body: {
        schema: StreamTicketSchema,
        example: {
          ticket: "7.3.120.1700000030000000.demo-key.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
          expiresMicros: 1_700_000_030_000_000,
        } satisfies StreamTicketAnswer,
      },
    }],
  },
};

async function mintTicket(exchange: Exchange): Promise<Outcome> {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const { backend, identity: { account, keyId }, nowMicros } = exchange;
  const expiresMicros = nowMicros + TICKET_SECONDS * MICROS_PER_SECOND;
  const slot = Math.floor(Math.random() * TICKET_SLOTS);
  try {
    const revision = await backend.listeners.put(ticketPlace(account, slot), "made");
    const ticket = backend.tickets.sign({ account, slot, revision, expiresMicros, keyId });
    return jsonReply(201, { ticket, expiresMicros });
  } catch (error) {
    return unavailable(exchange, error);
  }
}
