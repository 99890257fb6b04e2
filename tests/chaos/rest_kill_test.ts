import assert from "node:assert/strict";
import { RestClient } from "../support/client_rest.ts";
import { TradeSubscriber } from "../support/client_subscriber.ts";
import { pause } from "../support/venue.ts";
import {
  eventually,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { auditRest } from "./rest_audit.ts";
import { RestTrader } from "./rest_load.ts";
import { chaosRandom } from "./chaos_seed.ts";

/** Orders between two kills. */
const ORDERS = 60;
const ROUNDS = 3;

/** Trades while everything is killed in turn, and then compares what everybody knows. */
async function tradeThrough(market: StartedMarket, line: ReadyLine, random: () => number) {
  await using subscriber = await TradeSubscriber.open(
    line.natsWebSocket,
    line.subscriberCreds,
    "BTC-USD",
  );
  const [sellerKey, buyerKey] = line.keys;
  const traders = [
    new RestTrader(new RestClient(line.gateway, sellerKey), "sell", random),
    new RestTrader(new RestClient(line.gateway, buyerKey), "buy", random),
  ];
  const placedCount = () => traders.reduce((sum, trader) => sum + trader.placed.length, 0);
  const settle = async (more: number) => {
    const wanted = placedCount() + more;
    await eventually(`${more} more orders`, () => placedCount() >= wanted || undefined);
  };
  traders.forEach((trader) => trader.start());
  for (let round = 0; round < ROUNDS; round++) {
    const names = ["gateway", "matching", "nats"] as const;
    for (const name of names.toSorted(() => random() - 0.5)) {
      await settle(ORDERS);
      await pause(random() * 50);
      const killed = market.pidOf(name);
      Deno.kill(killed, "SIGKILL");
      await eventually(`another ${name}`, () => market.pidOf(name) !== killed || undefined);
    }
  }
  await settle(ORDERS);
  await Promise.all(traders.map((trader) => trader.rest()));
  await auditRest(traders, subscriber);
  const repeated = traders.flatMap(({ placed }) => placed).filter(({ attempts }) => attempts > 1);
  assert.ok(repeated.length > 0, "some orders were on their way when something died");
  assert.ok(traders.every(({ amendedCount }) => amendedCount > 0), "both have amended orders");
}

Deno.test("kill -9 of every component under REST load, as a stranger sees it", () =>
  withDataDirectory(async (data, keep) => {
    const random = chaosRandom("components under REST load");
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await tradeThrough(market, line, random);
    const { stdout } = await runTask("replay", ["--data", data, "--verify", "--json"]);
    assert.equal(JSON.parse(stdout).ok, true);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
