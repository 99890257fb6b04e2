/**
 * `GET /v1/ws`: market data and private reports over a WebSocket. STREAMS.md tells what is said on
 * it.
 *
 * @module
 */
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { STREAM_PROBLEMS } from "../problems/problem_groups.ts";
import { readParameters } from "../query_parameters.ts";
import { openSocket } from "./open_socket.ts";
import { SOCKET_PATH, socketClient, SocketSession } from "./socket_session.ts";
import type { StreamTable } from "./stream_table.ts";

/** The endpoint. */
export const socketEndpoint = (table: StreamTable): EndpointSpec => ({
  method: "GET",
  path: SOCKET_PATH,
  scope: null,
  weight: 5,
  handle: (exchange) => serveSocket(exchange, table),
  operation: {
    id: "openSocket",
    group: "Streams",
    summary: "Market data and private reports over a WebSocket",
    description:
      "Messages are JSON objects. A client says `subscribe`, `unsubscribe`, `login` and `ping` in " +
      "the field `op`, and is answered with the `id` that it gave, in the order in which it asked. " +
      "`reports` needs a login first, whose answer need not be waited for: `key`, `timestamp`, " +
      "`recvWindow` (which may be left out) and `signature` of a `GET /v1/ws` without a body, or " +
      "`token`.",
    problems: [...STREAM_PROBLEMS, EdgeCode.upgradeRequired],
    answers: [{ status: 101, description: "The socket is open.", body: null }],
  },
});

function serveSocket(exchange: Exchange, table: StreamTable): Outcome {
  const parameters = readParameters(exchange, []);
  if (parameters instanceof Problem) return parameters;
  const client = socketClient(exchange);
  const opened = openSocket(exchange, table, "ws");
  if (opened instanceof Problem) return opened;
  const { socket, response, place } = opened;
  const session = new SocketSession(exchange, client, table, place, socket);
  socket.onmessage = ({ data }) => session.take(data);
  socket.onclose = socket.onerror = () => session.leave();
  return response;
}
