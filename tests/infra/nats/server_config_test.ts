import assert from "node:assert/strict";
import { openInstallation } from "../../../infra/nats/operator.ts";
import {
  configPath,
  MAX_PAYLOAD_BYTES,
  PENDING_BYTES_MAX,
  serverConfig,
  type ServerSettings,
} from "../../../infra/nats/server_config.ts";
import { FETCH_MESSAGES_MAX } from "../../../infra/nats/stream_follower.ts";
import { provision } from "../../../infra/provision/provision.ts";

const PORTS = { client: 4222, webSocket: 8443, monitor: 8222 };

async function configFor(change: Partial<ServerSettings>): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-config-" });
  try {
    const settings: ServerSettings = {
      host: "127.0.0.1",
      ports: PORTS,
      directory,
      allowedOrigins: [],
      syncAlways: false,
      neverStall: false,
      ...change,
    };
    const text = serverConfig(settings, await openInstallation(directory, [0], 0));
    await Deno.writeTextFile(configPath(directory), text);
    if (!settings.syncAlways && !settings.neverStall) {
      const binary = await provision("nats-server", { say: console.error });
      const { code, stderr } = await new Deno.Command(binary, {
        args: ["-t", "-c", configPath(directory)],
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
    return text;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("nats-server takes the configuration", async () => {
  const text = await configFor({});
  assert.match(text, /^listen: "127\.0\.0\.1:4222"$/m);
  assert.match(text, /^http: "127\.0\.0\.1:8222"$/m);
  assert.match(text, /^ {2}listen: "127\.0\.0\.1:8443"$/m);
  assert.match(text, /^max_payload: 1048576$/m);
  assert.match(text, /^max_connections: 10000$/m);
  assert.match(text, /^max_pending: 134217728$/m);
  assert.match(text, /^write_deadline: "3s"$/m);
  assert.doesNotMatch(text, /^\s*(users|no_auth_user|token|password)\b/m);
});

Deno.test("origins are listed where they are given and left out where they are not", async () => {
  assert.doesNotMatch(await configFor({}), /allowed_origins/);
  assert.match(
    await configFor({ allowedOrigins: ["http://127.0.0.1:8000", "https://a.test"] }),
    /allowed_origins: \["http:\/\/127\.0\.0\.1:8000", "https:\/\/a\.test"\]/,
  );
});

Deno.test("a folder with a space or a quote in its name does not break the configuration", async () => {
  const parent = await Deno.makeTempDir({ prefix: "edgebook-config-" });
  try {
    const directory = `${parent}/it's "my" data`;
    await Deno.mkdir(directory);
    const text = await configFor({ directory });
    assert.ok(text.includes(`store_dir: ${JSON.stringify(`${directory}/store`)}`));
  } finally {
    await Deno.remove(parent, { recursive: true }).catch(() => {});
  }
});

Deno.test("fsync before each acknowledgement stands there only when it is asked for", async () => {
  assert.doesNotMatch(await configFor({}), /sync_interval/);
  assert.match(await configFor({ syncAlways: true }), /^ {2}sync_interval: always$/m);
});

Deno.test("publishers are never held back where the server knows how", async () => {
  assert.doesNotMatch(await configFor({}), /stall/);
  assert.match(await configFor({ neverStall: true }), /^no_fast_producer_stall: true$/m);
});

Deno.test("what is kept for a connection has room for two of a follower's largest requests", () => {
  // From half of it on the server holds back who publishes to the connection.
  assert.ok(PENDING_BYTES_MAX / 2 > FETCH_MESSAGES_MAX * MAX_PAYLOAD_BYTES);
});
