/**
 * The endpoints of the streams of one gateway.
 *
 * @module
 */
import type { EndpointSpec } from "../endpoint.ts";
import { socketEndpoint } from "./socket_endpoint.ts";
import { streamEndpoint } from "./stream_endpoint.ts";
import type { StreamTable } from "./stream_table.ts";
import { streamTicketsEndpoint } from "./stream_tickets.ts";

/** The endpoints, whose streams stand in the table. */
export const streamEndpoints = (table: StreamTable): readonly EndpointSpec[] => [
  streamTicketsEndpoint,
  streamEndpoint(table),
  socketEndpoint(table),
];
