/**
 * Requests of one connection to Binance's WebSocket API, sent without waiting for answers, against a
 * running market.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { CALLS_MAX } from "../../routes/binance/websocket_api/api_session.ts";
import { JsonSocket } from "../support/json_socket.ts";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

const PAIRS = 200;

Deno.test("a cancel that is sent behind its order finds it", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const key = line.keys.find(({ account }) => account === "2");
    assert.ok(key !== undefined);
    const signed = (params: Record<string, string>) => {
      const all: Record<string, string> = {
        ...params,
        apiKey: key.key,
        timestamp: String(Date.now()),
      };
      const payload = Object.keys(all).sort().map((name) => `${name}=${all[name]}`).join("&");
      return { ...all, signature: createHmac("sha256", key.secret).update(payload).digest("hex") };
    };
    const url = `${line.gateway.replace("http", "ws")}/ws-api/v3`;
    await using socket = await JsonSocket.open(url);
    const symbol = "BTCUSD";
    const buy = { symbol, side: "BUY", type: "LIMIT", timeInForce: "GTC", quantity: "0.001" };
    let asked = 0;
    for (let pair = 0; pair < PAIRS; pair++) {
      const id = `pair-${pair}`;
      const price = `${20_000 + pair}.00`;
      const order = signed({ ...buy, price, newClientOrderId: id });
      const cancel = signed({ symbol, origClientOrderId: id });
      // So many may wait on a connection; between an order and its cancel nothing is waited for.
      while (asked + 2 - socket.messages.length > CALLS_MAX) await socket.next();
      socket.send({ id: `place ${pair}`, method: "order.place", params: order });
      socket.send({ id: `cancel ${pair}`, method: "order.cancel", params: cancel });
      asked += 2;
    }
    while (socket.messages.length < asked) await socket.next();

    const statuses = socket.messages.map(({ id, status, result, error }) =>
      `${id} ${status} ${result?.status ?? error?.msg}`
    );
    const expected = Array.from({ length: PAIRS }, (_, pair) => [
      `place ${pair} 200 NEW`,
      `cancel ${pair} 200 CANCELED`,
    ]).flat();
    assert.deepEqual(statuses, expected);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
