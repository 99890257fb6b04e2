import assert from "node:assert/strict";
import { TestGateway } from "../test_gateway.ts";
import { BinanceClient, refused } from "./binance_client.ts";

const COINS = "/sapi/v1/capital/config/getall";
const FEES = "/sapi/v1/asset/tradeFee";

Deno.test("the assets of an account are those of its balances, free and locked", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  assert.equal((await client.place()).status, 200);
  const coins = await client.ok("GET", COINS);
  const { balances } = await client.ok("GET", "account");
  assert.deepEqual(
    coins.map((coin: Record<string, unknown>) => [coin.coin, coin.free, coin.locked]),
    balances.map((one: Record<string, unknown>) => [one.asset, one.free, one.locked]),
  );
  const usd = coins.find(({ coin }: { coin: string }) => coin === "USD");
  assert.ok(Number(usd.locked) > 0);
  assert.deepEqual({ ...usd, free: "", locked: "" }, {
    coin: "USD",
    depositAllEnable: false,
    withdrawAllEnable: false,
    name: "USD",
    free: "",
    locked: "",
    freeze: "0.00000000",
    withdrawing: "0.00000000",
    ipoing: "0.00000000",
    ipoable: "0.00000000",
    storage: "0.00000000",
    isLegalMoney: false,
    trading: true,
    networkList: [],
  });
});

Deno.test("an asset that no instrument has is not traded", async () => {
  const gateway = new TestGateway();
  const { reference } = gateway.exchange;
  const all = reference.all();
  reference.all = () => all.filter(({ baseName }) => baseName === "BTC");
  const coins = await new BinanceClient(gateway).ok("GET", COINS);
  const trading = new Map(
    coins.map((one: { coin: string; trading: boolean }) => [one.coin, one.trading]),
  );
  assert.deepEqual([trading.get("BTC"), trading.get("USD"), trading.get("ETH")], [
    true,
    true,
    false,
  ]);
});

Deno.test("fees are those of the instruments, of one or of all", async () => {
  const gateway = new TestGateway();
  const client = new BinanceClient(gateway);
  const all = await client.ok("GET", FEES);
  assert.deepEqual(all.map(({ symbol }: { symbol: string }) => symbol), ["BTCUSD", "ETHUSD"]);
  const one = await client.ok("GET", FEES, { symbol: "BTCUSD" });
  assert.deepEqual(one, [all[0]]);
  const terms = gateway.exchange.reference.bySymbol("BTC-USD");
  assert.ok(terms !== undefined && terms.makerFeePpm !== terms.takerFeePpm);
  assert.deepEqual(
    [one[0].makerCommission, one[0].takerCommission].map((rate) => Number(rate) * 1_000_000),
    [terms.makerFeePpm, terms.takerFeePpm],
  );
  refused(await client.send("GET", FEES, { symbol: "XRPUSD" }), 400, -1121, "Invalid symbol.");
  refused(await client.send("GET", FEES, { asset: "USD" }), 400, -1104);
});

Deno.test("whoever does not sign is told nothing of an account", async () => {
  const gateway = new TestGateway();
  for (const path of [COINS, FEES]) {
    refused(await gateway.send("GET", path), 401, -2014);
    const wrong = { secret: "another-secret-of-sufficient-length-xxxx" };
    refused(await new BinanceClient(gateway).send("GET", path, {}, wrong), 400, -1022);
  }
});

Deno.test("a leader that does not answer is an error of Binance", async () => {
  const gateway = new TestGateway();
  gateway.exchange.queries.failures.set("leader", "timeout");
  refused(await new BinanceClient(gateway).send("GET", COINS), 503, -1001);
});
