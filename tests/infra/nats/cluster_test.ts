import assert from "node:assert/strict";
import { launchCluster } from "../../../infra/nats/cluster.ts";
import { connectNats } from "../../../infra/nats/connect.ts";
import { StoreOfOthersError } from "../../../infra/nats/errors.ts";
import { launchNats } from "../../../infra/nats/launch.ts";
import { ensureStreams } from "../../../infra/nats/streams.ts";

const say = () => {};

Deno.test("a cluster: clients have a list of servers, routes have a password, streams three copies", async () => {
  const dataDirectory = await Deno.makeTempDir({ prefix: "edgebook-cluster-" });
  const cluster = await launchCluster({ dataDirectory, size: 3, say });
  try {
    const admin = await connectNats({
      servers: cluster.webSocketUrl,
      credentials: cluster.credentials.admin,
      name: "test",
    });
    await ensureStreams(admin, { shards: [0], replicas: 3 });
    const manager = await admin.jetstreamManager();
    const { cluster: placed, config } = await manager.streams.info("JOURNAL_0");
    assert.equal(config.num_replicas, 3);
    const names = [placed?.leader, ...placed?.replicas?.map(({ name }) => name) ?? []];
    assert.deepEqual(names.sort(), ["server-1", "server-2", "server-3"]);
    // Whoever comes to a route without the password is shown out.
    const text = await Deno.readTextFile(`${cluster.directoryOf(0)}/nats-server.conf`);
    const port = Number(text.match(/cluster \{[^}]*?listen: "127\.0\.0\.1:(\d+)"/)?.[1]);
    using stranger = await Deno.connect({ hostname: "127.0.0.1", port });
    const connect = { verbose: false, pedantic: false, user: "route", pass: "no", name: "x" };
    await stranger.write(
      new TextEncoder().encode(`CONNECT ${JSON.stringify(connect)}\r\nPING\r\n`),
    );
    let said = "";
    const bytes = new Uint8Array(16_384);
    for (let read = await stranger.read(bytes); read !== null; read = await stranger.read(bytes)) {
      said += new TextDecoder().decode(bytes.subarray(0, read));
    }
    assert.match(said, /Authorization Violation/);
    const mode = (await Deno.stat(`${cluster.directoryOf(0)}/nats-server.conf`)).mode ?? 0;
    assert.equal(mode & 0o077, 0, "the password is for the owner's eyes");
    await admin.close();
    await cluster.stop();
    await assert.rejects(launchNats({ dataDirectory, say }), StoreOfOthersError);
  } finally {
    await cluster.stop();
    await Deno.remove(dataDirectory, { recursive: true });
  }
});
