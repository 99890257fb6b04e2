import assert from "node:assert/strict";
import { type RestAnswer, RestClient, type RestKey } from "../support/client_rest.ts";
import { TradeSubscriber } from "../support/client_subscriber.ts";
import { pause } from "../support/venue.ts";
import {
  eventually,
  type ReadyLine,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { chaosRandom } from "./chaos_seed.ts";
import { auditRest } from "./rest_audit.ts";
import { RestTrader } from "./rest_load.ts";
import { SpareGateway } from "./spare_gateway.ts";
import { noteHealed } from "./heal_time.ts";

const KILLS = 3;
const ORDERS = 80;

/** A client that goes to the next gateway when one does not answer. */
class RoamingClient extends RestClient {
  readonly #gateways: readonly { readonly url: string }[];
  #at = 0;

  constructor(gateways: readonly { readonly url: string }[], key: RestKey) {
    super("", key);
    this.#gateways = gateways;
  }

  override async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<RestAnswer> {
    const at = this.#at;
    try {
      const { url } = this.#gateways[at % this.#gateways.length];
      return await new RestClient(url, null).send(method, path, headers, body);
    } catch (error) {
      // Many fail at once; they go to the next one together.
      this.#at = at + 1;
      throw error;
    }
  }
}

/** Trades while gateways are killed, and then compares what everybody knows. */
async function tradeThrough(data: string, line: ReadyLine, random: () => number): Promise<void> {
  await using subscriber = await TradeSubscriber.open(
    line.natsWebSocket,
    line.subscriberCreds,
    "BTC-USD",
  );
  // The places stay, who stands in them is replaced.
  const gateways = [await SpareGateway.start(data, line), await SpareGateway.start(data, line)];
  try {
    const traders = (["sell", "buy"] as const).map((side, index) =>
      new RestTrader(new RoamingClient(gateways, line.keys[index]), side, random)
    );
    const placed = () => traders.reduce((sum, trader) => sum + trader.placed.length, 0);
    const settle = async (more: number) => {
      const wanted = placed() + more;
      await eventually(`${more} more orders`, () => placed() >= wanted || undefined);
    };
    traders.forEach((trader) => trader.start());
    for (let kill = 0; kill < KILLS; kill++) {
      await settle(ORDERS);
      await pause(random() * 20);
      await gateways[kill % 2].kill();
      const killed = performance.now();
      await settle(1);
      noteHealed("kill -9 of a gateway, another one is there", performance.now() - killed);
      gateways[kill % 2] = await SpareGateway.start(data, line);
    }
    await settle(ORDERS);
    await Promise.all(traders.map((trader) => trader.rest()));
    await auditRest(traders, subscriber);
    const orders = traders.flatMap((trader) => trader.placed);
    assert.ok(orders.some(({ attempts }) => attempts > 1), "some were on their way");
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.kill()));
  }
}

Deno.test("orders in flight when a gateway is killed are had through another, once", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await tradeThrough(data, line, chaosRandom("gateways under REST clients that roam"));
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
