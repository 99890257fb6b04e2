/**
 * A gateway of a venue under test as a process of its own, so that it can be killed: commands come
 * as JSON over HTTP, reports go back.
 *
 * @module
 */
import { readConfig } from "../../infra/config.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import type { Command } from "../../infra/orders/commands.ts";
import { createOrderGateway } from "../../infra/orders/order_gateway.ts";

/** What a request carries. */
export interface SubmitRequest {
  readonly command: Command;
  readonly waitMillis: number;
}

const config = readConfig(["natsUrl", "natsCredentials", "shard"]);
const connection = await connectNats({
  servers: config.natsUrl,
  credentials: config.natsCredentials,
  name: "test-gateway",
  waitForServer: true,
});
const gateway = createOrderGateway({ connection, shard: config.shard });
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(JSON.stringify({ ready: true, port })),
}, async (request) => {
  const { command, waitMillis } = await request.json() as SubmitRequest;
  return Response.json(await gateway.submit(command, waitMillis));
});
