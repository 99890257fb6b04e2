/**
 * `deno task start` with real processes: its contract with outside scripts, its restarts, its end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { connectNats } from "../../../infra/nats/connect.ts";
import {
  eventually,
  isAlive,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "./started_market.ts";

/** A request signed as README.md says. */
async function signed(
  line: ReadyLine,
  account: string,
  method: string,
  path: string,
  body = "",
): Promise<{ status: number; json: Record<string, unknown> }> {
  const key = line.keys.find((one) => one.account === account);
  assert.ok(key);
  const timestamp = Date.now();
  const text = `${timestamp}\n5000\n${method}\n${path}\n${body}`;
  const response = await fetch(line.gateway + path, {
    method,
    headers: {
      "X-Edgebook-Key": key.key,
      "X-Edgebook-Timestamp": String(timestamp),
      "X-Edgebook-Signature": createHmac("sha256", key.secret).update(text).digest("hex"),
      ...(body === "" ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === "" ? {} : { body }),
    signal: AbortSignal.timeout(5_000),
  });
  return { status: response.status, json: await response.json() };
}

const buyOf = (clientOrderId: string): string =>
  JSON.stringify({
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    price: "50000.00",
    quantity: "0.5000",
    timeInForce: "GTC",
    clientOrderId,
  });

/** Places an order as soon as the market takes one. */
function placeWhenTaken(line: ReadyLine, clientOrderId: string): Promise<void> {
  return eventually(`order ${clientOrderId}`, async () => {
    try {
      const body = buyOf(clientOrderId);
      const { status } = await signed(line, "1", "POST", "/v1/orders", body);
      return status === 201 || status === 200 ? null : undefined;
    } catch {
      return undefined;
    }
  }) as Promise<unknown> as Promise<void>;
}

function assertContract(line: ReadyLine, market: StartedMarket): void {
  assert.deepEqual(Object.keys(line), [
    "ready",
    "gateway",
    "nats",
    "natsWebSocket",
    "subscriberCreds",
    "keys",
    "instruments",
    "pids",
  ]);
  assert.equal(line.ready, true);
  assert.match(line.gateway, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.match(line.nats, /^nats:\/\/127\.0\.0\.1:\d+$/);
  assert.match(line.natsWebSocket, /^ws:\/\/127\.0\.0\.1:\d+$/);
  assert.match(line.subscriberCreds, /^-----BEGIN NATS USER JWT-----\n/);
  assert.deepEqual(line.instruments, ["BTC-USD", "ETH-USD"]);
  assert.deepEqual(
    line.keys.map(({ account, scopes }) => [account, scopes]),
    [["1", ["read", "trade"]], ["2", ["read", "trade"]], ["admin", ["admin"]]],
  );
  for (const key of line.keys) {
    assert.deepEqual(Object.keys(key), ["account", "key", "secret", "scopes"]);
  }
  for (const name of ["nats", "matching", "gateway"] as const) {
    assert.equal(line.pids[name], market.pidOf(name), `pid of ${name}`);
  }
}

Deno.test("start: a market in one command, with the line and the files that scripts rely on", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    // What is asked right behind the line is answered, the registrar's part of it too.
    const { status: audited } = await signed(line, "admin", "GET", "/v1/admin/audit");
    assert.equal(audited, 200);
    assertContract(line, market);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${data}/run/market.json`)), {
      gateway: line.gateway,
      nats: line.nats,
      natsWebSocket: line.natsWebSocket,
    });
    const [one, two] = line.keys;
    const shell = await Deno.readTextFile(`${data}/run/demo.env`);
    for (
      const variable of [
        `EDGEBOOK_URL='${line.gateway}'`,
        `EDGEBOOK_KEY_1='${one.key}'`,
        `EDGEBOOK_SECRET_2='${two.secret}'`,
      ]
    ) assert.ok(shell.split("\n").includes(variable), variable);
    for (
      const path of [
        "run/demo.env",
        "run/keys.json",
        "run/subscriber.creds",
        "secrets/master.key",
      ]
    ) {
      const { mode } = await Deno.stat(`${data}/${path}`);
      assert.equal((mode ?? 0) & 0o777, 0o600, path);
    }
    const { json } = await signed(line, "1", "GET", "/v1/balances");
    const balances = json.balances as { asset: string; available: string }[];
    assert.deepEqual(
      Object.fromEntries(balances.map(({ asset, available }) => [asset, Number(available)])),
      { USD: 100_000_000, BTC: 1_000, ETH: 10_000 },
    );
    const args = await processArguments(Object.values(line.pids));
    for (const { secret } of line.keys) assert.ok(!args.includes(secret), "a secret in ps");
    assert.ok(!args.includes("--allow-all") && !args.includes(" -A "), "a child may do anything");

    const { code, millis } = await market.end("SIGTERM");
    assert.equal(code, 0);
    assert.ok(millis < 5_000, `it took ${millis} ms to stop`);
    assert.equal(market.stdout.split("\n").length, 2, "one line on standard output");
    for (const pid of Object.values(line.pids)) assert.equal(await isAlive(pid), false);
    const errors = await market.stderr;
    for (const { secret } of line.keys) assert.ok(!errors.includes(secret), "a secret in the log");
  }));

async function processArguments(pids: readonly number[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-ww", "-o", "args=", "-p", pids.join(",")],
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("start: kill -9 of each component brings it back, and the market goes on", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await placeWhenTaken(line, "before");
    for (const name of ["matching", "gateway", "nats"] as const) {
      const old = market.pidOf(name);
      Deno.kill(old, "SIGKILL");
      await eventually(`another ${name}`, () => market.pidOf(name) === old ? undefined : true);
      await placeWhenTaken(line, `after-${name}`);
    }
    const { json } = await signed(line, "1", "GET", "/v1/orders?status=open");
    const ids = (json.items as { clientOrderId: string }[]).map((order) => order.clientOrderId);
    assert.deepEqual(ids.sort(), ["after-gateway", "after-matching", "after-nats", "before"]);
    const checked = await runTask("replay", ["--verify", "--json", "--data", data]);
    assert.equal(JSON.parse(checked.stdout).ok, true, checked.stderr);
    assert.equal((await market.end("SIGINT")).code, 0);
  }));

Deno.test("start: after kill -9 of the supervisor the next start ends what it left, same keys", () =>
  withDataDirectory(async (data, keep) => {
    const first = await StartedMarket.start(data);
    keep(first.market);
    await placeWhenTaken(first.line, "kept");
    await first.market.end("SIGKILL");
    assert.equal(await isAlive(first.line.pids.matching), true, "it is an orphan now");

    const second = await StartedMarket.start(data);
    keep(second.market);
    for (const pid of Object.values(first.line.pids)) assert.equal(await isAlive(pid), false);
    assert.deepEqual(second.line.keys, first.line.keys);
    const { json } = await signed(second.line, "1", "GET", "/v1/orders/by-client-id/kept");
    assert.equal(json.status, "new");
    const { json: balances } = await signed(second.line, "2", "GET", "/v1/balances");
    const usd = (balances.balances as { asset: string; total: string }[])[0];
    assert.equal(Number(usd?.total), 100_000_000, "nobody is funded twice");

    assert.equal((await second.market.end("SIGTERM")).code, 0);
    assert.match(await second.market.stderr, /matching with pid \d+ was left behind/);
  }));

Deno.test("start: two markets at once; the same data directory twice is refused", () =>
  withDataDirectory(async (data, keep) => {
    const [one, other] = await Promise.all([
      StartedMarket.start(`${data}/one`),
      StartedMarket.start(`${data}/other`),
    ]);
    keep(one.market);
    keep(other.market);
    assert.notEqual(one.line.gateway, other.line.gateway);
    assert.notEqual(one.line.nats, other.line.nats);
    const again = await runTask("start", ["--json", "--port", "0", "--data", `${data}/one`]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /a market already runs on .* \(pid \d+\).*--data DIR --port N/);
    assert.equal(again.stdout, "");
    const port = new URL(other.line.gateway).port;
    const taken = await runTask("start", ["--port", port, "--data", `${data}/third`]);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, new RegExp(`port ${port} .* is taken`));
    await Promise.all([one.market.end("SIGTERM"), other.market.end("SIGTERM")]);

    await Deno.writeTextFile(`${data}/one/mine.txt`, "mine");
    const fresh = await StartedMarket.start(`${data}/one`, ["--fresh"]);
    keep(fresh.market);
    assert.notDeepEqual(fresh.line.keys, one.line.keys);
    assert.equal(await Deno.readTextFile(`${data}/one/mine.txt`), "mine");
    assert.equal((await fresh.market.end("SIGTERM")).code, 0);
  }));

Deno.test("start: a log that cannot be trusted ends the market, with what to do", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const connection = await connectNats({
      servers: line.natsWebSocket,
      credentials: await Deno.readTextFile(`${data}/nats/creds/matcher.creds`),
      name: "intruder",
    });
    connection.publish("journal.0", "no append");
    await connection.flush();
    await connection.close();
    Deno.kill(market.pidOf("matching"), "SIGKILL");
    assert.equal((await market.ended).code, 1);
    const errors = await market.stderr;
    assert.match(errors, /JOURNAL_0 sequence \d+ is no valid append/);
    assert.match(errors, /exit code 4: the log cannot be trusted.* Copy the data directory/);
    assert.equal(await isAlive(line.pids.nats), false);
  }));

Deno.test("start: what is not known is refused, and --help helps", async () => {
  const unknown = await runTask("start", ["--demon"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /Unknown option '--demon'.*--help/);
  const port = await runTask("start", ["--port", "65536"]);
  assert.equal(port.code, 2);
  assert.match(port.stderr, /--port 65536 .* 0 to 65535/);
  const variable = await runTask("start", ["--port", "0"], { EDGEBOOK_LOG: "loud" });
  assert.equal(variable.code, 2);
  assert.match(variable.stderr, /EDGEBOOK_LOG=loud is not allowed; it takes debug/);
  const help = await runTask("start", ["--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--fresh .*EDGEBOOK_LIMIT_KEY_RATE/s);
});
