import assert from "node:assert/strict";
import { isPortFree, parsePorts, pickPorts, portsPath } from "../../../infra/nats/ports.ts";

const HOST = "127.0.0.1";

Deno.test("a port is free when nobody listens on it", () => {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = listener.addr;
  assert.equal(isPortFree(HOST, port), false);
  listener.close();
  assert.equal(isPortFree(HOST, port), true);
});

Deno.test("zeros become three different free ports, and what is asked for stays", () => {
  for (let round = 0; round < 50; round++) {
    const ports = pickPorts(HOST, { client: 0, webSocket: 0, monitor: 0 });
    assert.equal(new Set(Object.values(ports)).size, 3);
    // Below the range that the system takes for outgoing connections.
    for (const port of Object.values(ports)) assert.ok(port >= 12_000 && port < 32_000, `${port}`);
  }
  const { client, monitor } = pickPorts(HOST, { client: 4_222, webSocket: 0, monitor: 8_222 });
  assert.deepEqual([client, monitor], [4_222, 8_222]);
});

Deno.test("ports are read from the server's file, and not from half of it", () => {
  const text = '{"nats":["nats://127.0.0.1:1"],"monitoring":["http://127.0.0.1:2"],' +
    '"websocket":["ws://127.0.0.1:3"]}';
  assert.deepEqual(parsePorts(text), { client: 1, webSocket: 3, monitor: 2 });
  for (let length = 0; length < text.length; length++) {
    assert.equal(parsePorts(text.slice(0, length)), undefined);
  }
  assert.equal(parsePorts('{"nats":["nats://127.0.0.1:1"]}'), undefined);
});

Deno.test("the file is named for the executable and the process", () => {
  assert.equal(portsPath("/d", "/usr/sbin/nats-server", 7), "/d/nats-server_7.ports");
  assert.equal(portsPath("/d", "nats", 7), "/d/nats_7.ports");
});
