/**
 * The floor of the batch bench: bare Hono that reads the same bodies and answers as many bytes as the
 * gateway does, without a look at either.
 *
 * @module
 */
import { Hono } from "hono";

/** What the gateway answers with for a command: a report, or an order in JSON. */
const ANSWER_BYTES = { frames: 76, batch: 400 } as const;
/** Commands of a body, by its length. */
const COMMAND_BYTES = { frames: 64, batch: 115 } as const;

const app = new Hono();
app.post("/v1/frames", async (context) => {
  const { byteLength } = await context.req.arrayBuffer();
  const commands = Math.round(byteLength / COMMAND_BYTES.frames);
  return context.body(new Uint8Array(commands * ANSWER_BYTES.frames));
});
app.post("/v1/orders/batch", async (context) => {
  const { length } = await context.req.text();
  const commands = Math.round(length / COMMAND_BYTES.batch);
  return context.body("x".repeat(commands * ANSWER_BYTES.batch));
});
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(JSON.stringify({ port })),
}, app.fetch);
