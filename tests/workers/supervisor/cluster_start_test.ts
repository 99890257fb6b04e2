import assert from "node:assert/strict";
import { RestClient } from "../../support/client_rest.ts";
import { runTask, StartedMarket, WAIT_MILLIS_MAX } from "./started_market.ts";

const ORDER = {
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "50000.00",
  quantity: "0.5000",
};

const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));

Deno.test("start --servers 3: a server that dies is started again, and orders go on", async () => {
  const data = await Deno.makeTempDir({ prefix: "edgebook-start-" });
  const { market, line } = await StartedMarket.start(data, ["--servers", "3"]);
  try {
    assert.equal(line.nats.split(",").length, 3);
    assert.equal(line.natsWebSocket.split(",").length, 3);
    assert.deepEqual(Object.keys(line.pids), ["nats", "matching", "gateway", "nats-2", "nats-3"]);
    const [key] = line.keys;
    const client = new RestClient(line.gateway, key);
    const order = { ...ORDER, clientOrderId: "before" };
    assert.equal((await client.request("POST", "/v1/orders", order)).status, 201);
    const released = await runTask("admin", ["servers", "release", "server-1", "--data", data]);
    assert.match(released.stdout, /^server-1 leads no stream/);
    const listed = await runTask("admin", ["servers", "--data", data]);
    assert.match(listed.stdout, /^JOURNAL_0 +led by server-[23]$/m);
    assert.doesNotMatch(listed.stdout, /server-1/);
    const examined = await runTask("doctor", ["--data", data]);
    assert.equal(examined.code, 0, examined.stdout);
    const killed = market.pidOf("nats-3");
    Deno.kill(killed, "SIGKILL");
    const until = performance.now() + 2 * WAIT_MILLIS_MAX;
    let status = 0;
    while (status !== 200 && status !== 201 && performance.now() < until) {
      const again = { ...ORDER, clientOrderId: "after" };
      ({ status } = await client.request("POST", "/v1/orders", again));
      if (status === 503) await pause(200);
    }
    assert.ok(status === 200 || status === 201, `the last answer was ${status}`);
    while (market.pidOf("nats-3") === killed && performance.now() < until) await pause(100);
    assert.notEqual(market.pidOf("nats-3"), killed);
    const { code, millis } = await market.end("SIGTERM");
    assert.equal(code, 0);
    assert.ok(millis < 5_000, `stopping took ${millis} ms`);
    const other = await runTask("start", ["--servers", "1", "--port", "0", "--data", data]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /holds the stores of 3 servers, and one server should start/);
  } finally {
    await market.kill();
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("start --servers takes 1 or 3", async () => {
  const { code, stderr } = await runTask("start", ["--servers", "2"]);
  assert.equal(code, 2);
  assert.match(stderr, /--servers 2 is not allowed; it takes 1 or 3/);
});
