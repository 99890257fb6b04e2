import assert from "node:assert/strict";
import { connectNats } from "../../../infra/nats/connect.ts";
import { ConnectError, CredentialsError } from "../../../infra/nats/errors.ts";
import { inboxPrefixOf } from "../../../infra/nats/inbox.ts";
import { parseCredentials } from "../../../infra/nats/jwt.ts";
import { pickPorts } from "../../../infra/nats/ports.ts";
import { withNats } from "./temporary_nats.ts";

Deno.test("connects over both kinds of socket, by name, with an inbox of its own", async () => {
  await withNats(async ({ server }) => {
    const { credentials, webSocketUrl: servers } = server;
    for (const socket of ["ws", "native"] as const) {
      const responder = await connectNats({
        servers,
        credentials: credentials.matcher,
        name: "responder",
        socket,
      });
      const requester = await connectNats({
        servers: [servers],
        credentials: credentials.gateway,
        name: `requester-${socket}`,
        socket,
      });
      let reply = "";
      responder.subscribe("orders.0", {
        callback: (_, message) => {
          reply = message.reply ?? "";
          message.respond(message.data);
        },
      });
      await responder.flush();
      assert.equal((await requester.request("orders.0", "x")).string(), "x");
      const inbox = inboxPrefixOf(parseCredentials(credentials.gateway).jwt);
      assert.ok(reply.startsWith(`${inbox}.`), reply);
      const { connections } = await fetch(`${server.monitorUrl}/connz`).then((r) => r.json());
      const names = connections.map(({ name }: { name: string }) => name);
      assert.ok(names.includes(`requester-${socket}`), names.join());
      await Promise.all([responder.close(), requester.close()]);
    }
  }, { streams: false });
});

Deno.test("many small messages in a row do not wait for each other", async () => {
  await withNats(async ({ connectAs }) => {
    const matcher = await connectAs("matcher");
    const gateway = await connectAs("gateway");
    matcher.subscribe("orders.0", { callback: (_, message) => void message.respond() });
    await matcher.flush();
    const beganAt = performance.now();
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 8 }, () => gateway.request("orders.0")));
    }
    // With Nagle's algorithm on, each round takes 40 ms and more: 800 ms.
    assert.ok(performance.now() - beganAt < 500);
  }, { streams: false });
});

Deno.test("no server is a named error with the address and without the credentials", async () => {
  await withNats(async ({ server }) => {
    const { client } = pickPorts("127.0.0.1", { client: 0, webSocket: 0, monitor: 0 });
    const servers = `ws://127.0.0.1:${client}`;
    const credentials = server.credentials.gateway;
    for (const socket of ["ws", "native"] as const) {
      await assert.rejects(connectNats({ servers, credentials, name: "x", socket }), (error) => {
        assert.ok(error instanceof ConnectError, String(error));
        const { jwt, seed } = parseCredentials(credentials);
        return error.message.includes(servers) && !error.message.includes(jwt) &&
          !error.message.includes(seed);
      });
    }
  }, { streams: false });
});

Deno.test("waits for a server that comes up later, when asked to", async () => {
  await withNats(async ({ server, dataDirectory }) => {
    const { launchNats } = await import("../../../infra/nats/launch.ts");
    await server.stop();
    const connecting = connectNats({
      servers: server.webSocketUrl,
      credentials: server.credentials.gateway,
      name: "early",
      waitForServer: true,
    });
    await new Promise((done) => setTimeout(done, 200));
    const again = await launchNats({ dataDirectory, ports: server.ports, say: () => {} });
    try {
      const connection = await connecting;
      await connection.flush();
      await connection.close();
    } finally {
      await again.stop();
    }
  }, { streams: false });
});

Deno.test("a text that is no credentials file is refused before anything is sent", async () => {
  const servers = "ws://127.0.0.1:9";
  for (const credentials of ["", "user:password"]) {
    await assert.rejects(connectNats({ servers, credentials, name: "x" }), CredentialsError);
  }
});
