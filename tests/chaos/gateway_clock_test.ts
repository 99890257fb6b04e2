import assert from "node:assert/strict";
import { RestClient } from "../support/client_rest.ts";
import { pause } from "../support/venue.ts";
import {
  eventually,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { SpareGateway } from "./spare_gateway.ts";
import { noteHealed } from "./heal_time.ts";

const MINUTES_5 = 300_000;
const order = (clientOrderId: string) => ({
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "100.00",
  quantity: "0.0010",
  clientOrderId,
});

for (const [name, shiftMillis] of [["ahead", MINUTES_5], ["behind", -MINUTES_5]] as const) {
  Deno.test(`a gateway whose clock is five minutes ${name} uses the leader's`, () =>
    withDataDirectory(async (data, keep) => {
      const { market, line } = await StartedMarket.start(data);
      keep(market);
      await using gateway = await SpareGateway.start(data, line, { shiftMillis });
      const client = new RestClient(gateway.url, line.keys[0]);
      const good = new RestClient(line.gateway, line.keys[0]);
      const clockOf = async () => (await client.request("GET", "/health/ready")).json.checks.clock;

      const first = await client.request("POST", "/v1/orders", order("1"));
      assert.equal(first.status, 201, "a client with a right clock is served");
      const repeat = await good.request("POST", "/v1/orders", order("1"));
      assert.deepEqual([repeat.status, repeat.json.orderId], [200, first.json.orderId]);
      const side = shiftMillis > 0 ? "ahead of" : "behind";
      assert.match(await clockOf(), new RegExp(`is (299|300)\\d{3} ms ${side} the leader's`));
      const { timeMicros } = (await client.request("GET", "/v1/time")).json;
      assert.ok(Math.abs(timeMicros / 1_000 - Date.now()) < 1_000, "it says the right time");

      // A client that shares the wrong clock is the one that is refused, and told so.
      const timestampMillis = Date.now() + shiftMillis;
      const refused = await client.request("GET", "/v1/balances", "", { timestampMillis });
      assert.equal(refused.status, 401);
      assert.match(refused.json.detail, /server's time is \d+; the timestamp is \d+ ms/);

      gateway.signal("SIGUSR1");
      await pause(50);
      const began = performance.now();
      await eventually("orders are accepted again", async () => {
        const { status } = await client.request("POST", "/v1/orders", order("2"));
        return status === 200 || status === 201 || undefined;
      });
      noteHealed("a gateway's clock minutes off, put right", performance.now() - began);
      await eventually("the clock is fine", async () => (await clockOf()) === "ok" || undefined);

      gateway.signal("SIGUSR2");
      await pause(50);
      const stepped = performance.now();
      await eventually("a step is noticed", async () => {
        const { status } = await client.request("POST", "/v1/orders", order("3"));
        return status === 200 || status === 201 || undefined;
      });
      noteHealed("a step of a gateway's clock by minutes", performance.now() - stepped);
      assert.equal((await market.end("SIGTERM")).code, 0);
    }));
}
