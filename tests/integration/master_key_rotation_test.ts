/**
 * A master key takes the place of another while the market runs, step by step as RUNBOOK.md says.
 *
 * @module
 */
import assert from "node:assert/strict";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import {
  eventually,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Ends the gateway in order, and waits for the one in its place to be ready. */
async function restartGateway(market: StartedMarket, { gateway }: ReadyLine): Promise<number> {
  const began = performance.now();
  const old = market.pidOf("gateway");
  Deno.kill(old, "SIGTERM");
  await eventually("another gateway", () => market.pidOf("gateway") === old ? undefined : true);
  await eventually("it is ready", async () => {
    try {
      const response = await fetch(`${gateway}/health/ready`);
      await response.body?.cancel();
      return response.ok ? true : undefined;
    } catch {
      return undefined;
    }
  });
  return Math.round(performance.now() - began);
}

async function admin(data: string, ...words: string[]) {
  const { code, stdout, stderr } = await runTask("admin", [...words, "--json", "--data", data]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** What the doctor says of something. */
async function doctorOn(data: string, what: string): Promise<{ status: string; detail: string }> {
  const { stdout } = await runTask("doctor", ["--json", "--data", data]);
  return JSON.parse(stdout).checks.find(({ name }: { name: string }) => name === what);
}
const doctorOnKeys = (data: string) => doctorOn(data, "keys");

/** What an account does by the registrar, which is never started again here. */
function registrarOf({ gateway }: ReadyLine, key: RestKey) {
  const client = new RestClient(gateway, key);
  return {
    listed: async (): Promise<number> => {
      const { json, status } = await client.request("GET", "/v1/keys");
      assert.equal(status, 200, JSON.stringify(json));
      return json.keys.length;
    },
    make: async (): Promise<void> => {
      const { json, status } = await client.request("POST", "/v1/keys", { scopes: ["read"] });
      assert.equal(status, 201, JSON.stringify(json));
    },
  };
}

/** Expects that every key works. */
async function use({ gateway }: ReadyLine, keys: readonly RestKey[]): Promise<void> {
  for (const key of keys) {
    const { status } = await new RestClient(gateway, key).request("GET", "/v1/balances");
    assert.equal(status, 200, key.key);
  }
}

Deno.test("a master key is replaced while the market runs, and the old one is not needed any more", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const path = `${data}/secrets/master.key`;
    const old = (await Deno.readTextFile(path)).trim();
    const before = await admin(data, "keys", "create", "1", "--scopes", "read,keys");
    const registrar = registrarOf(line, before);
    assert.equal(await registrar.listed(), 2);
    const standard = line.keys.filter(({ scopes }) => scopes.includes("read"));
    await use(line, [before, ...standard]);
    assert.match((await doctorOnKeys(data)).detail, /^4 records under master key [0-9a-f]{8}$/);

    // The new key, in the first line; then every gateway gets both.
    const young = hex(crypto.getRandomValues(new Uint8Array(32)));
    await Deno.writeTextFile(path, `${young}\n${old}\n`);
    const millis = await restartGateway(market, line);
    console.log(`another gateway was ready ${millis} ms after the old one was told to end`);
    const between = await admin(data, "keys", "create", "1");
    await use(line, [before, between, ...standard]);
    // The registrar has read it already: what it makes is under the new one.
    await registrar.make();
    const warned = await doctorOnKeys(data);
    assert.equal(warned.status, "warn");
    assert.match(warned.detail, /^4 of 6 records under an older master key/);

    const resealed = await admin(data, "keys", "reseal");
    assert.deepEqual([resealed.resealed, resealed.current, resealed.damaged], [4, 2, []]);
    await use(line, [before, between, ...standard]);
    assert.match((await doctorOnKeys(data)).detail, /the 1 older are not needed any more/);
    assert.equal(await registrar.listed(), 4, "the registrar reads what was sealed anew");
    assert.equal((await doctorOn(data, "registrar")).status, "ok");
    const { acts } = await admin(data, "audit", "--limit", "1");
    assert.deepEqual(
      [acts[0].act, acts[0].subject],
      ["reseal", `master-${resealed.masterKey}`],
    );

    await registrar.make();

    // The old key goes. A file that cannot be used ends nobody.
    await Deno.writeTextFile(path, "nonsense\n");
    await restartGateway(market, line);
    await use(line, [before]);
    await Deno.writeTextFile(path, `${young}\n`);
    await restartGateway(market, line);
    await use(line, [before, between, ...standard]);
    const listed = await admin(data, "keys", "list");
    assert.deepEqual([listed.keys.length, listed.damaged], [7, []]);
    assert.equal(await registrar.listed(), 5);
    assert.equal((await market.end("SIGTERM")).code, 0);
    const errors = await market.stderr;
    assert.match(errors, /master\.key has not a master key a line; going on/);
    for (const secret of [old, young]) assert.ok(!errors.includes(secret), "a secret in the log");

    const again = await StartedMarket.start(data);
    keep(again.market);
    await use(again.line, [before, between, ...standard]);
    assert.equal((await again.market.end("SIGTERM")).code, 0);
  }));
