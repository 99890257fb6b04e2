/**
 * The life of API keys over a market that runs, seen from two gateways, and what the journal says of
 * it afterwards.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AuditAct } from "../../core/protocol/administration.ts";
import { AdminClient } from "../../infra/administration/admin_client.ts";
import { journalOver, KeyChanges, sealedDigest } from "../../infra/keys/key_changes.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { SpareGateway } from "../chaos/spare_gateway.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import {
  eventually,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** What gateways promise of a revocation. */
const REVOKED_MILLIS_MAX = 2_000;
/** Clients that use other keys meanwhile. */
const LOAD_CLIENTS = 8;

/** A market, a gateway beside its own, and the operator's command line. */
interface Scene {
  readonly data: string;
  readonly line: ReadyLine;
  readonly gateways: readonly string[];
}

/** Runs `deno task admin ... --json` and expects it to work. */
// deno-lint-ignore no-explicit-any -- a test says by its assertions what it expects
async function admin({ data }: Scene, ...words: string[]): Promise<any> {
  const { code, stdout, stderr } = await runTask("admin", [
    ...words,
    ...["--json", "--as", "ada", "--data", data],
  ]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Status of a read with a key at a gateway. */
const read = async (gateway: string, key: RestKey): Promise<number> =>
  (await new RestClient(gateway, key).request("GET", "/v1/balances")).status;

/** The statuses at both gateways. */
const readAll = ({ gateways }: Scene, key: RestKey): Promise<number[]> =>
  Promise.all(gateways.map((gateway) => read(gateway, key)));

/** Changes of keys by the operator in this process. */
async function changesOf({ data, line }: Scene) {
  const connection = await connectNats({
    servers: line.natsWebSocket,
    credentials: await Deno.readTextFile(`${data}/nats/creds/admin.creds`),
    name: "key-lifecycle",
  });
  const master = await Deno.readTextFile(`${data}/secrets/master.key`);
  const store = await KeyStore.open(connection, master);
  const journal = journalOver(new AdminClient(connection, 0, 10_000, "grace"));
  const changes = new KeyChanges(store, journal);
  return { store, journal, changes, close: () => connection.close() };
}

Deno.test("keys live, are rotated and die at every gateway, and the journal has all of it", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await using spare = await SpareGateway.start(data, line);
    const scene = { data, line, gateways: [line.gateway, spare.url] };
    const [first, second] = await rotates(scene);
    await shows(scene, first);
    await revokes(scene, second);
    const third = await repeats(scene);
    await audits(scene, [first, second, third]);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));

/** A key with an address range and a tier, and another one in its place, which has them too. */
async function rotates(scene: Scene): Promise<[first: RestKey, second: RestKey]> {
  const addresses = ["127.0.0.0/8", "::1"];
  const made = ["--tier", "gold", "--addresses", addresses.join(",")];
  const first = await admin(scene, "keys", "create", "1", "--days", "30", ...made);
  const second = await admin(scene, "keys", "rotate", first.key, "--overlap", "90m");
  assert.equal(second.replaces, first.key);
  const [old, young] = [
    await admin(scene, "keys", "show", first.key),
    await admin(scene, "keys", "show", second.key),
  ];
  for (const field of ["account", "kind", "scopes", "tier", "addresses"]) {
    assert.deepEqual(young[field], old[field], field);
  }
  assert.deepEqual([young.tier, young.addresses], ["gold", addresses]);
  const endsIn = old.expiresMicros / 60_000_000 - Date.now() / 60_000;
  assert.ok(endsIn > 88 && endsIn <= 90, `the old one ends in ${endsIn} min`);
  assert.equal(
    young.expiresMicros - young.createdMicros,
    30 * 86_400_000_000,
    "the new one lives as long as the old one was to",
  );
  for (const { key } of [first, second]) {
    const changed = await admin(scene, "keys", "change", key, "--tier", "none");
    assert.deepEqual([changed.tier, changed.addresses], [null, addresses]);
    assert.deepEqual(await readAll(scene, key === first.key ? first : second), [200, 200]);
  }
  const third = await admin(scene, "keys", "rotate", second.key, "--overlap-hours", "0");
  assert.deepEqual(await readAll(scene, third), [200, 200]);
  await eventually("the end of the rotated key", async () => {
    const statuses = await readAll(scene, second);
    return statuses.every((status) => status === 401) ? true : undefined;
  });
  const ended = await runTask("admin", ["keys", "rotate", second.key, "--data", scene.data]);
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /is ended; make another one: deno task admin keys create 1/);
  return [first, third];
}

/** The list of an account's keys, and when they were last used. */
async function shows(scene: Scene, { key }: RestKey): Promise<void> {
  const use = await eventually("the use is noted", async () => {
    const { lastUse } = await admin(scene, "keys", "show", key);
    return lastUse ?? undefined;
  }) as { usedMicros: number; address: string };
  assert.equal(use.address, "127.0.0.1");
  assert.ok(Math.abs(Date.now() * 1_000 - use.usedMicros) < 60_000_000);
  const { keys } = await admin(scene, "keys", "list", "--account", "1");
  assert.ok(keys.every(({ account }: { account: string }) => account === "1"));
  const listed = keys.find(({ id }: { id: string }) => id === key);
  assert.deepEqual(listed.lastUse, use);
  const { stdout } = await runTask("admin", ["keys", "list", "--data", scene.data]);
  assert.match(stdout, new RegExp(`${key} .*used \\d+ (s|min) ago from 127\\.0\\.0\\.1`));
  assert.match(stdout, /noted at most once in 1 min a key/);
}

/** A revocation while both gateways are busy with other keys, and with this one. */
async function revokes(scene: Scene, key: RestKey): Promise<void> {
  const end = new AbortController();
  const busy = scene.line.keys.filter(({ scopes }) => scopes.includes("trade"));
  const load = Array.from({ length: LOAD_CLIENTS }, async (_, index) => {
    let requests = 0;
    while (!end.signal.aborted) {
      const gateway = scene.gateways[index % scene.gateways.length];
      assert.equal(await read(gateway, busy[index % busy.length]), 200);
      requests++;
    }
    return requests;
  });
  const { changes, close } = await changesOf(scene);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(await readAll(scene, key), [200, 200]);
  let storedAt = Infinity;
  const dead = scene.gateways.map(async (gateway) => {
    for (;;) {
      const askedAt = performance.now();
      const status = await read(gateway, key);
      if (status === 401) return performance.now() - storedAt;
      assert.equal(status, 200);
      assert.ok(askedAt - storedAt <= REVOKED_MILLIS_MAX, "used two seconds after its revocation");
    }
  });
  assert.equal(await changes.revoke(key.key), true);
  storedAt = performance.now();
  const took = await Promise.all(dead);
  end.abort();
  const requests = (await Promise.all(load)).reduce((sum, one) => sum + one, 0);
  console.log(
    `dead at two gateways after ${took.map((millis) => millis.toFixed(0)).join(" and ")} ms, ` +
      `beside ${requests} requests with other keys`,
  );
  assert.ok(requests > LOAD_CLIENTS, `${requests} requests`);
  await close();
}

/** A program that dies behind its entry in the journal, and the same command once more. */
async function repeats(scene: Scene): Promise<RestKey> {
  const third = await admin(scene, "keys", "create", "2", "--kind", "ed25519");
  const { store, journal, close } = await changesOf(scene);
  const stored = await store.read(third.key);
  assert.ok(stored !== null);
  const sealed = await store.sealed({ ...stored.record, revoked: true });
  const act = AuditAct.keyRevoke;
  await journal({ act, account: 2, subject: third.key, digest: sealedDigest(sealed) });
  await close();
  assert.deepEqual(await readAll(scene, third), [200, 200]);
  const { digest } = await admin(scene, "keys", "show", third.key);
  assert.equal(digest, Array.from(sealedDigest(stored.sealed), hex).join(""));
  assert.notEqual(digest, Array.from(sealedDigest(sealed), hex).join(""));
  await admin(scene, "keys", "revoke", third.key);
  await eventually("the repeat takes hold", async () => {
    const statuses = await readAll(scene, third);
    return statuses.every((status) => status === 401) ? true : undefined;
  });
  const again = await admin(scene, "keys", "revoke", third.key);
  assert.equal(again.revoked, true, "once more changes nothing, and is no error");
  return third;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** What `deno task admin audit` has of all that, and of what is no key. */
async function audits(scene: Scene, keys: readonly RestKey[]): Promise<void> {
  await admin(scene, "deposit", "1", "USD", "12.50", "--id", "wire-7");
  const refused = ["withdraw", "1", "USD", "900000000", "--as", "eve", "--data", scene.data];
  assert.equal((await runTask("admin", refused)).code, 1);
  const { acts, more } = await admin(scene, "audit", "--limit", "200");
  assert.equal(more, false);
  const [first, second, third] = keys.map(({ key }) => key);
  interface Shown {
    act: string;
    subject: string;
    by: string;
    result: string;
    details: string;
    reason: string | null;
  }
  const of = (key: string) =>
    acts.filter(({ subject }: Shown) => subject === key)
      .map(({ act, by, result }: Shown) => `${act} ${by} ${result}`);
  assert.deepEqual(of(first), [
    "keyCreate ada done",
    "keyRotate ada done",
    "keyChange ada done",
  ]);
  assert.deepEqual(of(second), ["keyCreate ada done", "keyRevoke grace done"]);
  assert.deepEqual(of(third), [
    "keyCreate ada done",
    "keyRevoke grace done",
    "keyRevoke ada done",
  ]);
  for (const { key } of scene.line.keys) assert.deepEqual(of(key), ["keyCreate supervisor done"]);
  const money = acts.slice(-2).map(({ by, details, result, reason }: Shown) => [
    by,
    details,
    result,
    reason,
  ]);
  assert.deepEqual(money, [
    ["ada", "12.500000 USD", "done", null],
    ["eve", "900000000.000000 USD", "refused", "insufficient_funds"],
  ]);
  const times = acts.map(({ timeMicros }: { timeMicros: number }) => timeMicros);
  assert.deepEqual(times, [...times].sort((one, other) => one - other));
  const checked = await runTask("replay", ["--verify", "--json", "--data", scene.data]);
  assert.equal(JSON.parse(checked.stdout).ok, true, checked.stderr);
}
