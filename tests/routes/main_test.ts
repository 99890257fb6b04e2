/**
 * The entry as a process: what it says of its configuration, and how it ends.
 *
 * @module
 */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { signingText } from "../../core/auth/signing_text.ts";
import { REFERENCE_BUCKET } from "../../core/protocol/subjects.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import { Bucket } from "../../infra/nats/kv.ts";
import { mintUser } from "../../infra/nats/mint.ts";
import { createNkey, NkeyKind } from "../../infra/nats/nkey.ts";
import { userTable } from "../../infra/nats/users.ts";
import { withNats } from "../infra/nats/temporary_nats.ts";
import { termsWith } from "../infra/reference/terms.ts";

const ENTRY = new URL("../../routes/main.ts", import.meta.url).href;
const DECODER = new TextDecoder();
const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));

/** The environment of a gateway whose broker nobody serves. */
async function environment(): Promise<Record<string, string>> {
  const account = await createNkey(NkeyKind.account);
  const { creds } = await mintUser({
    signingSeed: account.seed,
    accountPublicKey: account.publicKey,
    name: "gateway",
    grant: { permissions: userTable([0]).gateway },
    ttlSeconds: 600,
    nowMillis: Date.now(),
  });
  return {
    EDGEBOOK_PORT: "0",
    EDGEBOOK_NATS_URL: "ws://127.0.0.1:1",
    EDGEBOOK_NATS_CREDENTIALS: creds,
    EDGEBOOK_MASTER_KEY: "00".repeat(32),
  };
}

function command(args: readonly string[], env: Record<string, string>): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-net", "--allow-env", ENTRY, ...args],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Starts the entry and gives it back with its address. The caller ends it. */
async function listening(env: Record<string, string>) {
  const child = command([], env).spawn();
  const reader = child.stderr.getReader();
  let said = "";
  while (!/listening http:\/\/\S+\n/.test(said)) {
    const { value, done } = await reader.read();
    assert.ok(!done, `it ended: ${said}`);
    said += DECODER.decode(value, { stream: true });
  }
  const [, url = ""] = /listening (http:\/\/127\.0\.0\.1:\d+)\n/.exec(said) ?? [];
  const end = async () => {
    await reader.cancel();
    await child.stdout.cancel();
    return await child.status;
  };
  return { child, url, end };
}

Deno.test("--help lists the environment, and an unknown flag is refused", async () => {
  const help = await command(["--help"], {}).output();
  assert.equal(help.code, 0);
  const text = DECODER.decode(help.stdout);
  for (const name of ["EDGEBOOK_PORT", "EDGEBOOK_NATS_CREDENTIALS", "EDGEBOOK_TRUST_PROXY"]) {
    assert.ok(text.includes(name), name);
  }
  const unknown = await command(["--port"], {}).output();
  assert.equal(unknown.code, 2);
  assert.match(DECODER.decode(unknown.stderr), /--port is not known; it takes --help/);
});

Deno.test("a configuration that is not allowed is refused at the start, without its secrets", async () => {
  const good = await environment();
  const cases: readonly [Record<string, string>, RegExp][] = [
    [{ EDGEBOOK_MASTER_KEY: "secret-material" }, /master key has 15 characters/],
    [{ EDGEBOOK_NATS_CREDENTIALS: "secret-material" }, /credentials is not valid/],
    [{ EDGEBOOK_NATS_SIGNER: "secret-material" }, /EDGEBOOK_NATS_SIGNER is not valid/],
    [{ EDGEBOOK_PORT: "80000" }, /EDGEBOOK_PORT=80000 is not allowed/],
    [{ EDGEBOOK_LIMITER: "upstash" }, /UPSTASH_REDIS_REST_URL is not set/],
  ];
  await Promise.all(cases.map(async ([changes, message]) => {
    const { code, stderr } = await command([], { ...good, ...changes }).output();
    const said = DECODER.decode(stderr);
    assert.equal(code, 2, said);
    assert.match(said, message);
    assert.doesNotMatch(said, /secret-material|\.ts:\d/);
  }));
});

Deno.test("it serves before it has reached its broker, and stops in order when told", async () => {
  const { child, url, end } = await listening(await environment());
  const live = await fetch(`${url}/health/live`);
  const ready = await fetch(`${url}/health/ready`);
  assert.deepEqual([live.status, ready.status], [200, 503]);
  assert.equal((await ready.json()).checks.nats, "not connected");
  await live.body?.cancel();
  child.kill("SIGTERM");
  const { code, signal } = await end();
  assert.deepEqual([code, signal], [0, null]);
});

Deno.test("an order that still waits when the gateway is told to stop gets its 202", () =>
  withNats(async (nats) => {
    const master = "0b".repeat(32);
    const key = { kind: "hmac", account: 1, scopes: ["trade"], createdMicros: 0 } as const;
    const { record, secret } = await newKey({ ...key, expiresMicros: null });
    await (await KeyStore.open(await nats.connectAs("admin"), master)).put(record);
    const bucket = new Bucket(await nats.connectAs("matcher"), REFERENCE_BUCKET);
    await bucket.put("BTC-USD", JSON.stringify(termsWith()));
    // There is no leader, so no report ever comes.
    const { child, url, end } = await listening({
      EDGEBOOK_PORT: "0",
      EDGEBOOK_NATS_URL: nats.server.webSocketUrl,
      EDGEBOOK_NATS_CREDENTIALS: nats.server.credentials.gateway,
      EDGEBOOK_MASTER_KEY: master,
      EDGEBOOK_WAIT_MS: "30000",
    });
    const body = JSON.stringify({
      symbol: "BTC-USD",
      side: "buy",
      type: "limit",
      price: "1.00",
      quantity: "1",
      clientOrderId: "a1",
    });
    const submit = async () => {
      const timestamp = Date.now();
      const text = signingText(timestamp, 5_000, "POST", "/v1/orders", body);
      const headers = {
        "Content-Type": "application/json",
        "X-Edgebook-Key": record.id,
        "X-Edgebook-Timestamp": String(timestamp),
        "X-Edgebook-Signature": createHmac("sha256", secret).update(text).digest("hex"),
      };
      const response = await fetch(`${url}/v1/orders`, { method: "POST", headers, body });
      return { httpStatus: response.status, ...await response.json() };
    };
    let answer = submit();
    // While it connects, an order is refused at once; the first that is not is the one that waits.
    while (true) {
      const first = await Promise.race([answer, pause(500)]);
      if (first === undefined) break;
      assert.equal(first.code, "starting");
      answer = submit();
    }
    child.kill("SIGTERM");
    const { httpStatus, status, clientOrderId } = await answer;
    assert.deepEqual([httpStatus, status, clientOrderId], [202, "pending", "a1"]);
    assert.equal((await end()).code, 0);
  }));

Deno.test("a port that is taken is said, with an exit code of its own", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const env = { ...await environment(), EDGEBOOK_PORT: String(listener.addr.port) };
  const { code, stderr } = await command([], env).output();
  listener.close();
  assert.equal(code, 1);
  assert.match(DECODER.decode(stderr), /gateway: .*in use/i);
});
