/**
 * Bare Hono: the most that this machine's HTTP can do.
 *
 * @module
 */
import { Hono } from "hono";

const app = new Hono();
app.get("/", (context) => context.text("hello"));
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(JSON.stringify({ port })),
}, app.fetch);
