import assert from "node:assert/strict";
import { readStreamUrl, serveStreams } from "../../../../routes/binance/streams/stream_socket.ts";
import { MemoryExchange } from "../../memory_exchange.ts";

const read = (path: string) => readStreamUrl(new URL(`http://127.0.0.1${path}`));

Deno.test("a URL names its streams, in either of Binance's forms", () => {
  const raw = { isCombined: false, timeUnit: null };
  assert.deepEqual(read("/ws"), { names: [], ...raw });
  assert.deepEqual(read("/ws/"), { names: [], ...raw });
  assert.deepEqual(read("/ws/btcusd@trade"), { names: ["btcusd@trade"], ...raw });
  assert.deepEqual(read("/ws/btcusd%40trade/b@depth"), {
    names: ["btcusd@trade", "b@depth"],
    ...raw,
  });
  assert.deepEqual(read("/stream?streams=a@trade/b@depth&timeUnit=MICROSECOND"), {
    names: ["a@trade", "b@depth"],
    isCombined: true,
    timeUnit: "MICROSECOND",
  });
  for (const path of ["/", "/wss", "/v1/ws", "/streams", "/ws%E0%A4%A"]) {
    assert.equal(read(path), null, path);
  }
});

Deno.test("what is no WebSocket, or no URL of streams, is refused", async () => {
  const sources = {
    subscribe: () => () => {},
    reference: new MemoryExchange().reference,
    steadyMicros: () => 0,
  };
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const request = new Request(`http://127.0.0.1${path}`, { headers });
    const response = serveStreams(request, sources);
    assert.ok("error" in await response.json());
    return response.status;
  };
  assert.equal(await status("/nowhere"), 400);
  assert.equal(await status("/ws?timeUnit=SECOND"), 400);
  assert.equal(await status("/ws"), 426);
});

Deno.test("a connection ends where its stream is none, or what it sends is no text", async () => {
  const sources = {
    subscribe: () => () => {},
    reference: new MemoryExchange().reference,
    steadyMicros: () => 0,
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => serveStreams(request, sources),
  );
  const closed = (path: string, onOpen: (socket: WebSocket) => void = () => {}) =>
    new Promise<[number, string]>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}${path}`);
      socket.onopen = () => onOpen(socket);
      socket.onclose = ({ code, reason }) => resolve([code, reason]);
    });
  assert.deepEqual(await closed("/ws/btcusd@nothing"), [1003, 'unknown stream "btcusd@nothing"']);
  assert.deepEqual(await closed("/ws", (socket) => socket.send(new Uint8Array(1))), [
    1003,
    "text is wanted",
  ]);
  await server.shutdown();
});
