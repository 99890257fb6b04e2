import assert from "node:assert/strict";
import { connectNats } from "../../../infra/nats/connect.ts";
import {
  DirectoryInUseError,
  ServerStartError,
  StoreUnwritableError,
} from "../../../infra/nats/errors.ts";
import { launchNats } from "../../../infra/nats/launch.ts";
import { logPath } from "../../../infra/nats/server_config.ts";
import { withNats } from "./temporary_nats.ts";

const say = () => {};

async function append(webSocketUrl: string, credentials: string, text: string): Promise<number> {
  const connection = await connectNats({ servers: webSocketUrl, credentials, name: "test" });
  const { seq } = await connection.jetstream().publish("journal.0", text);
  await connection.close();
  return seq;
}

Deno.test("after kill -9 the same ports and folder come back with what was acknowledged", async () => {
  await withNats(async ({ server, dataDirectory }) => {
    assert.equal(await append(server.webSocketUrl, server.credentials.matcher, "one"), 1);
    server.kill();
    assert.equal((await server.exited).signal, "SIGKILL");
    for (let round = 2; round <= 4; round++) {
      const again = await launchNats({ dataDirectory, ports: server.ports, say });
      try {
        assert.deepEqual(again.ports, server.ports);
        assert.equal(again.webSocketUrl, server.webSocketUrl);
        assert.notEqual(again.pid, server.pid);
        // Credentials given out before the restart are still good.
        assert.equal(await append(again.webSocketUrl, server.credentials.matcher, "more"), round);
      } finally {
        again.kill();
        await again.exited;
      }
    }
  });
});

Deno.test("a connection survives a restart of the server", async () => {
  await withNats(async ({ server, dataDirectory, connectAs }) => {
    const connection = await connectAs("matcher");
    server.kill();
    await server.exited;
    const again = await launchNats({ dataDirectory, ports: server.ports, say });
    try {
      let acknowledged = false;
      for (let tries = 0; tries < 50 && !acknowledged; tries++) {
        const publish = connection.jetstream().publish("journal.0", "x", { timeout: 300 });
        acknowledged = await publish.then(() => true, () => false);
        if (!acknowledged) await new Promise((done) => setTimeout(done, 100));
      }
      assert.ok(acknowledged);
    } finally {
      await connection.close();
      await again.stop();
    }
  });
});

Deno.test("stop ends the server in order", async () => {
  await withNats(async ({ server }) => {
    await server.stop();
    const { signal, code } = await server.exited;
    assert.ok(signal === null || signal === "SIGTERM", `${signal} ${code}`);
    await server.stop();
  }, { streams: false });
});

Deno.test("a second server on the folder of a living one is refused", async () => {
  await withNats(async ({ server, dataDirectory }) => {
    await assert.rejects(launchNats({ dataDirectory, say }), (error) => {
      assert.ok(error instanceof DirectoryInUseError);
      return error.pid === server.pid;
    });
    assert.equal((await fetch(`${server.monitorUrl}/healthz`).then((r) => r.json())).status, "ok");
  }, { streams: false });
});

Deno.test("a port that is taken is an error that says so, with the path of the log", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const dataDirectory = await Deno.makeTempDir({ prefix: "edgebook-nats-" });
  try {
    for (const which of ["client", "webSocket", "monitor"] as const) {
      const ports = { [which]: listener.addr.port };
      await assert.rejects(launchNats({ dataDirectory, ports, say }), (error) => {
        assert.ok(error instanceof ServerStartError, String(error));
        assert.ok(error.portTaken, error.message);
        return error.message.includes(logPath(`${Deno.realPathSync(dataDirectory)}/nats`));
      });
    }
  } finally {
    listener.close();
    await Deno.remove(dataDirectory, { recursive: true });
  }
});

Deno.test("a binary that is no server is an error, not a hang", async () => {
  const dataDirectory = await Deno.makeTempDir({ prefix: "edgebook-nats-" });
  try {
    const binary = `${dataDirectory}/fake`;
    await Deno.writeTextFile(binary, "#!/bin/sh\necho nats-server: v2.9.10\n", { mode: 0o755 });
    await assert.rejects(
      launchNats({ dataDirectory, binary, say }),
      (error) => error instanceof ServerStartError && /ended with code 0/.test(error.message),
    );
  } finally {
    await Deno.remove(dataDirectory, { recursive: true });
  }
});

Deno.test("what the server can is asked of it, not assumed", async () => {
  await withNats(async ({ server }) => {
    const varz = await fetch(`${server.monitorUrl}/varz`).then((response) => response.json());
    assert.equal(server.version, varz.version);
    // Asked for, but only in force where the server knows the field.
    assert.equal(server.syncAlways, server.features.syncInterval);
    assert.equal(varz.max_payload, 1_048_576);
  }, { streams: false, syncAlways: true });
});

Deno.test("a page of an origin that is not listed cannot open the WebSocket", async () => {
  await withNats(async ({ server }) => {
    const upgrade = async (origin: string) => {
      const socket = await Deno.connect({ hostname: "127.0.0.1", port: server.ports.webSocket });
      const head =
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade" +
        "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
        `Origin: ${origin}\r\n\r\n`;
      await socket.write(new TextEncoder().encode(head));
      const bytes = new Uint8Array(64);
      const length = await socket.read(bytes) ?? 0;
      socket.close();
      return new TextDecoder().decode(bytes.subarray(0, length)).split("\r\n")[0];
    };
    assert.match(await upgrade("http://127.0.0.1:8000"), /^HTTP\/1.1 101/);
    assert.match(await upgrade("http://elsewhere.test"), /^HTTP\/1.1 403/);
  }, { streams: false, allowedOrigins: ["http://127.0.0.1:8000"] });
});

Deno.test("a data directory that cannot be written is named, and nothing is left running", async () => {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-nats-" });
  try {
    await Deno.mkdir(`${directory}/nats`);
    // Root may write everywhere, so a file stands where the store should be.
    await Deno.writeTextFile(`${directory}/nats/store`, "");
    const launched = launchNats({ dataDirectory: directory, say });
    await assert.rejects(launched, (error) => {
      assert.ok(error instanceof StoreUnwritableError, String(error));
      assert.ok(error.message.includes(`${directory}/nats/store: `), error.message);
      return true;
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
