/**
 * A gateway of the bench in a process of its own: the project's streams, or bare Hono that writes the
 * same bytes. Both hear one subject of the broker.
 *
 * @module
 */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { connectNats } from "../../infra/nats/connect.ts";
import { TestGateway } from "../../tests/routes/test_gateway.ts";
import { serveParent } from "../fanout/part_process.ts";
import { CHANNEL, SUBJECT } from "./stream_load.ts";

const connection = await connectNats({
  servers: Deno.env.get("BENCH_NATS") ?? "",
  credentials: Deno.env.get("BENCH_CREDENTIALS") ?? "",
  name: "bench-gateway",
});
const isBare = Deno.env.get("BENCH_WAY") === "bare";

/** Everybody gets everything, and nobody looks at how much waits. */
function bareApp(): Hono {
  const app = new Hono();
  const takers = new Set<(text: string, chunk: Uint8Array) => void>();
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  connection.subscribe(SUBJECT, {
    callback: (_, { data }) => {
      const text = decoder.decode(data);
      const chunk = encoder.encode(`event: ${CHANNEL}\ndata: ${text}\n\n`);
      const message = `{"type":"message","channel":"${CHANNEL}","data":${text}}`;
      for (const take of takers) take(message, chunk);
    },
  });
  app.get("/v1/stream", (context) =>
    streamSSE(context, async (stream) => {
      const take = (_: string, chunk: Uint8Array): void => void stream.write(chunk);
      takers.add(take);
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      takers.delete(take);
    }));
  app.get("/v1/ws", (context) => {
    const { socket, response } = Deno.upgradeWebSocket(context.req.raw);
    const take = (text: string): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    };
    socket.onopen = () => takers.add(take);
    socket.onclose = socket.onerror = () => takers.delete(take);
    return response;
  });
  return app;
}

const edgeApp = () => new TestGateway({ settings: { trustedProxies: 1 }, connection }).app;

const app = isBare ? bareApp() : edgeApp();
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request, info) => app.fetch(request, info),
);

await serveParent(() => {
  (globalThis as { gc?: () => void }).gc?.();
  return { port: server.addr.port, rssBytes: Deno.memoryUsage().rss };
});
