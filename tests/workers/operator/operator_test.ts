/**
 * The operator's programs against a running market: `admin`, `doctor`, `replay`, with the
 * permissions that their tasks give them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import {
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../supervisor/started_market.ts";

/** Runs `deno task admin ... --json` and expects it to work. */
async function admin<T>(data: string, ...words: string[]): Promise<T> {
  const { code, stdout, stderr } = await runTask("admin", [...words, "--json", "--data", data]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
}

/** Runs it and expects it to be refused. */
async function refused(data: string, ...words: string[]): Promise<{ code: number; says: string }> {
  const { code, stdout, stderr } = await runTask("admin", [...words, "--data", data]);
  assert.notEqual(code, 0, stdout);
  assert.equal(stdout, "");
  return { code, says: stderr };
}

interface Key {
  readonly key: string;
  readonly secret: string;
}

/** Sends a signed order and returns the status and the code of the answer. */
async function order(line: ReadyLine, { key, secret }: Key, symbol: string, price: string) {
  const body = JSON.stringify({ symbol, side: "buy", type: "limit", price, quantity: "0.1" });
  const timestamp = Date.now();
  const text = `${timestamp}\n5000\nPOST\n/v1/orders\n${body}`;
  const response = await fetch(`${line.gateway}/v1/orders`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Edgebook-Key": key,
      "X-Edgebook-Timestamp": String(timestamp),
      "X-Edgebook-Signature": createHmac("sha256", secret).update(text).digest("hex"),
    },
    body,
  });
  const { code } = await response.json() as { code?: string };
  return { status: response.status, code };
}

Deno.test("operator: a venue is run from the command line", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await accounts(data, line);
    await instruments(data, line);
    await doctorAndReplay(data, market);
  }));

async function accounts(data: string, line: ReadyLine): Promise<void> {
  await admin(data, "accounts", "open", "7");
  const key = await admin<Key>(data, "keys", "create", "7");
  const first = await admin<{ duplicate: boolean }>(
    data,
    ...["deposit", "7", "USD", "1000.000001", "--id", "wire-1"],
  );
  assert.equal(first.duplicate, false);
  const again = await admin<{ duplicate: boolean; balance: { available: string } }>(
    data,
    ...["deposit", "7", "USD", "1000.000001", "--id", "wire-1"],
  );
  assert.equal(again.duplicate, true);
  assert.equal(again.balance.available, "1000.000001");
  const tooMuch = await refused(data, "withdraw", "7", "USD", "1000.000002");
  assert.match(tooMuch.says, /insufficient_funds: 1000\.000001 USD available/);
  const other = await refused(data, "deposit", "7", "USD", "1", "--id", "wire-1");
  assert.match(other.says, /different_content/);
  const opened = await admin<{ tradeGroup: string }>(
    data,
    ...["accounts", "open", "8", "--trade-group", "3"],
  );
  assert.equal(opened.tradeGroup, "3");
  const transfer = ["transfer", "7", "8", "USD", "400", "--id", "gift-1"];
  const given = await admin<{ balance: { total: string } }>(data, ...transfer);
  assert.equal(given.balance.total, "600.000001");
  const back = await admin<{ balance: { total: string } }>(
    data,
    ...["transfer", "8", "7", "USD", "400"],
  );
  assert.equal(back.balance.total, "0.000000");
  const nobody = await refused(data, "transfer", "7", "9999", "USD", "1");
  assert.match(nobody.says, /unknown_account/);
  const precise = await refused(data, "deposit", "7", "USD", "0.0000001");
  assert.equal(precise.code, 2);

  assert.equal((await order(line, key, "BTC-USD", "1.00")).status, 201);
  const { openOrders } = await admin<{ openOrders: number }>(data, "accounts", "show", "7");
  assert.equal(openOrders, 1);
  const { canceled } = await admin<{ canceled: number }>(data, "kill", "7");
  assert.equal(canceled, 1);
  assert.deepEqual(await order(line, key, "BTC-USD", "1.00"), {
    status: 422,
    code: "account_disabled",
  });
  await admin(data, "accounts", "enable", "7");
  assert.equal((await order(line, key, "BTC-USD", "1.00")).status, 201);
  await admin(data, "keys", "revoke", key.key);
  const listed = await admin<{ keys: { id: string; revoked: boolean }[] }>(data, "keys", "list");
  assert.equal(listed.keys.find(({ id }) => id === key.key)?.revoked, true);
  assert.ok(!JSON.stringify(listed).includes(key.secret));
}

async function instruments(data: string, line: ReadyLine): Promise<void> {
  const [key] = line.keys;
  await admin(data, "halt", "ETH-USD");
  assert.deepEqual(await order(line, key, "ETH-USD", "1.00"), { status: 422, code: "halted" });
  await admin(data, "resume", "ETH-USD");
  assert.equal((await order(line, key, "ETH-USD", "1.00")).status, 201);
  const terms = ["--tick", "0.05", "--lot", "0.01", "--price-max", "10000"];
  const tooLarge = await refused(
    data,
    ...["instruments", "add", "SOL-USD", ...terms, "--quantity-max", "1000000"],
  );
  assert.match(tooLarge.says, /--quantity-max is too large: .* at most 900719\.92/);
  await admin(data, "instruments", "add", "SOL-USD", ...terms, "--quantity-max", "900000");
  await admin(data, "deposit", "1", "SOL", "5");
  const listed = await admin<{ instruments: { symbol: string; tickSize: number }[] }>(
    data,
    ...["instruments", "list"],
  );
  assert.deepEqual(listed.instruments.map(({ symbol }) => symbol), [
    "BTC-USD",
    "ETH-USD",
    "SOL-USD",
  ]);
  assert.equal(listed.instruments[2].tickSize, 5);
}

async function doctorAndReplay(data: string, market: StartedMarket): Promise<void> {
  const well = await runTask("doctor", ["--json", "--data", data]);
  const { ok, checks } = JSON.parse(well.stdout) as {
    ok: boolean;
    checks: { name: string; status: string; detail: string }[];
  };
  assert.ok(ok, well.stdout);
  assert.equal(well.code, 0);
  assert.match(checks.find(({ name }) => name === "matcher")?.detail ?? "", /leads, epoch 1/);

  const live = await admin<{ sequence: string; stateHash: string }>(data, "state");
  const { stdout, code } = await runTask("replay", ["--verify", "--json", "--data", data]);
  const found = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(found), [
    "shard",
    "frames",
    "commands",
    "sequence",
    "stateHash",
    "commandsPerSecond",
    "ok",
  ]);
  assert.equal(found.ok, true);
  assert.equal(found.sequence, live.sequence);
  assert.equal(found.stateHash, live.stateHash);
  await takesSnapshots(data, found);

  assert.equal((await market.end("SIGTERM")).code, 0);
  const ill = await runTask("doctor", ["--data", data]);
  assert.equal(ill.code, 1);
  assert.match(ill.stdout, /fail {2}nats .*\n/);
  assert.match(ill.stdout, /what to do\n.*start the market: deno task start/s);
  assert.match((await refused(data, "state")).says, /does the market of .* run/);
}

/** `snapshot`, and `replay` that begins with what it took. */
async function takesSnapshots(
  data: string,
  replayed: { sequence: string; stateHash: string; commands: number },
): Promise<void> {
  const snapshots = `${data}/snapshots`;
  const words = ["--data", data, "--directory", snapshots];
  const { code, stdout, stderr } = await runTask("snapshot", [...words, "--json"]);
  assert.equal(code, 0, stderr);
  const taken = JSON.parse(stdout);
  assert.equal(taken.stateHash, replayed.stateHash);
  assert.equal(taken.commands, replayed.commands);
  const { size } = await Deno.stat(`${snapshots}/${taken.name}`);
  assert.equal(size, taken.bytes);
  const again = await runTask("snapshot", words);
  assert.equal(again.stdout, "shard 0: nothing new since the last snapshot\n");
  for (const from of ["newest", taken.name]) {
    const verify = ["--verify", "--json", "--data", data, "--from", from];
    const found = JSON.parse((await runTask("replay", verify)).stdout);
    assert.deepEqual(found, { ...replayed, frames: 0, commandsPerSecond: 0 });
  }
  const unknown = await runTask("replay", ["--data", data, "--from", "other"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, new RegExp(`there is no such snapshot; there are ${taken.name}`));
}

Deno.test("operator: each program has help, and refuses what it does not know", async () => {
  for (const task of ["admin", "doctor", "replay", "snapshot"] as const) {
    const help = await runTask(task, ["--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Usage: deno task/);
    const unknown = await runTask(task, ["--bogus"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /'--bogus'.*--help/);
  }
  const own = await runTask("admin", ["--data", "x", "deposit", "--help"]);
  assert.match(own.stdout, /--id TEXT/);
  const command = await runTask("admin", ["instruments", "paint"]);
  assert.equal(command.code, 2);
  assert.match(command.stderr, /"instruments paint"; there are: instruments list, instruments add/);
  const nowhere = await runTask("replay", ["--data", "/nonexistent/data"]);
  assert.match(nowhere.stderr, /\/nonexistent\/data holds no market/);
});
