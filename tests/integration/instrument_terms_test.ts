/**
 * Terms of an instrument that change while it trades, over REST and on the command line: what trades
 * pay, what accounts hold, and what gateways, feeds, history and the audit trail say of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import * as v from "valibot";
import { connectNats } from "../../infra/nats/connect.ts";
import { AuditSchema, TermsSchema } from "../../routes/schema/administration.ts";
import { SpareGateway } from "../chaos/spare_gateway.ts";
import { RestClient, type RestKey, signatureOf } from "../support/client_rest.ts";
import {
  eventually,
  keyOf,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

const PATH = "/v1/admin/instruments/BTC-USD";

/** A running market, a gateway beside its own, and who asks them. */
interface Setting {
  readonly data: string;
  readonly seller: RestClient;
  readonly buyer: RestClient;
  readonly operator: RestClient;
  readonly operatorKey: RestKey;
  /** The buyer and the operator, at the other gateway. */
  readonly elsewhere: { readonly buyer: RestClient; readonly operator: RestClient };
  readonly subscriber: NatsConnection;
  /** Messages of `md.BTC-USD.definition.json`. */
  readonly definitions: Record<string, unknown>[];
}

const order = { symbol: "BTC-USD", type: "limit", price: "1000.00", quantity: "1.0000" };

async function place(client: RestClient, changes: object) {
  const { json, status } = await client.request("POST", "/v1/orders", { ...order, ...changes });
  assert.equal(status, 201, JSON.stringify(json));
  return json;
}

async function usdOf(client: RestClient): Promise<{ total: number; held: number }> {
  const { json } = await client.request("GET", "/v1/balances");
  const { available, held } = json.balances.find(({ asset }: { asset: string }) => asset === "USD");
  return { total: Number(available) + Number(held), held: Number(held) };
}

/** What both sides of a trade of 1,000 USD pay. */
async function feesOfTrade({ buyer, seller }: Setting): Promise<string[]> {
  const before = [await usdOf(seller), await usdOf(buyer)];
  const { orderId } = await place(seller, { side: "sell" });
  const { fills, sequence } = await place(buyer, { side: "buy" });
  const after = [await usdOf(seller), await usdOf(buyer)];
  const made = await eventually("the fill in the history", async () => {
    const { json } = await seller.request("GET", `/v1/fills?minSequence=${sequence}&limit=500`);
    return json.items?.find((one: { orderId: string }) => one.orderId === orderId);
  });
  const [maker, taker] = [Number(made.fee), Number(fills[0].fee)];
  const paid = [before[0].total + 1_000 - after[0].total, before[1].total - 1_000 - after[1].total];
  assert.ok(Math.abs(paid[0] - maker) < 1e-5 && Math.abs(paid[1] - taker) < 1e-5, String(paid));
  return [made.fee, fills[0].fee];
}

/** Every place that tells terms says these, at both gateways. */
async function everywhere(setting: Setting, terms: Record<string, string>): Promise<void> {
  const { buyer, definitions, elsewhere, subscriber } = setting;
  for (const client of [buyer, elsewhere.buyer]) {
    await eventually("the terms at a gateway", async () => {
      const { json } = await client.request("GET", "/v1/instruments?symbol=BTC-USD");
      const [one] = json.instruments;
      return Object.entries(terms).every(([term, value]) => one[term] === value) || undefined;
    });
    const { json: { fees: [fee] } } = await client.request("GET", "/v1/fees?symbol=BTC-USD");
    assert.deepEqual(
      [fee.makerFeeRate, fee.takerFeeRate],
      [terms.makerFeeRate, terms.takerFeeRate],
    );
  }
  await eventually("the definition in the feeds", () => {
    const last = definitions.at(-1) ?? {};
    return Object.entries(terms).every(([term, value]) => last[term] === value) || undefined;
  });
  const { data } = await subscriber.request("md.snapshot.BTC-USD", "{}", { timeout: 2_000 });
  const { definition } = JSON.parse(new TextDecoder().decode(data));
  assert.deepEqual({ ...definition, ...terms }, definition);
}

const BEFORE = {
  makerFeeRate: "0.000100",
  takerFeeRate: "0.000500",
  collarRate: "0.050000",
  priceMax: "1000000.00",
  quantityMax: "9000.0000",
};

/** Headers of a request of now with an `Idempotency-Key` that is part of what is signed. */
function namedHeaders({ key, secret }: RestKey, body: string, name: string) {
  const timestamp = String(Date.now());
  return {
    "Content-Type": "application/json",
    "Idempotency-Key": name,
    "X-Edgebook-Key": key,
    "X-Edgebook-Timestamp": timestamp,
    "X-Edgebook-Recv-Window": "60000",
    "X-Edgebook-Signature": signatureOf(
      secret,
      `${timestamp}\n60000\n${name}\nPATCH\n${PATH}\n${body}`,
    ),
  };
}

async function overRest(setting: Setting): Promise<void> {
  const { buyer, elsewhere, operator } = setting;
  assert.deepEqual(await feesOfTrade(setting), ["0.100000", "0.500000"]);
  const body = JSON.stringify({ takerFeeRate: "0.002", makerFeeRate: "0.001" });
  assert.equal((await buyer.request("PATCH", PATH, JSON.parse(body))).status, 403);
  const headers = () => namedHeaders(setting.operatorKey, body, "dearer");
  const changed = await operator.send("PATCH", PATH, headers(), body);
  assert.equal(changed.status, 200, JSON.stringify(changed.json));
  assert.ok(v.is(TermsSchema, changed.json));
  const terms = { ...BEFORE, takerFeeRate: "0.002000", makerFeeRate: "0.001000" };
  assert.deepEqual({ ...changed.json, ...terms, duplicate: false }, changed.json);
  for (const again of [operator, elsewhere.operator]) {
    const { json, status } = await again.send("PATCH", PATH, headers(), body);
    assert.deepEqual([status, json], [200, { ...changed.json, duplicate: true }]);
  }
  await everywhere(setting, terms);
  assert.deepEqual(await feesOfTrade(setting), ["1.000000", "2.000000"]);
}

/** A resting buy holds by the higher rate: less at once where it falls, and in the way of a rise. */
async function whileOrdersRest(setting: Setting): Promise<void> {
  const { buyer, elsewhere, operator } = setting;
  await place(buyer, { side: "buy" });
  assert.equal((await usdOf(buyer)).held, 1_002);
  const expected = { takerFeeRate: "0.002" };
  const lower = { takerFeeRate: "0.0015", expected };
  assert.equal((await elsewhere.operator.request("PATCH", PATH, lower)).status, 200);
  assert.equal((await usdOf(buyer)).held, 1_001.5);
  const late = await operator.request("PATCH", PATH, { takerFeeRate: "0.0014", expected });
  assert.deepEqual([late.status, late.json.code, late.json.limit], [
    409,
    "terms_changed",
    "0.001500",
  ]);
  const dearer = await operator.request("PATCH", PATH, { takerFeeRate: "0.0016" });
  assert.deepEqual([dearer.status, dearer.json.code], [422, "orders_rest"]);
  await everywhere(setting, { ...BEFORE, makerFeeRate: "0.001000", takerFeeRate: "0.001500" });
}

/** Runs `deno task admin`. */
const admin = (data: string, ...args: string[]) => runTask("admin", ["--data", data, ...args]);

async function onTheCommandLine(setting: Setting): Promise<void> {
  const { buyer, data } = setting;
  const refused = await admin(data, "instruments", "change", "BTC-USD", "--price-max", "900000");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /orders_rest: .*; deno task admin kill BTC-USD empties it/);
  assert.equal((await admin(data, "kill", "BTC-USD")).code, 0);
  const options = ["--maker-ppm", "0", "--taker-ppm", "2500", "--price-max", "900000"];
  const changed = await admin(data, "--as", "ada", "instruments", "change", "BTC-USD", ...options);
  assert.equal(changed.code, 0, changed.stderr);
  assert.equal(
    changed.stdout,
    "BTC-USD: maker fee (ppm) 1000 to 0\nBTC-USD: taker fee (ppm) 1500 to 2500\n" +
      "BTC-USD: highest price 1000000.00 to 900000.00\n",
  );
  assert.equal((await admin(data, "resume", "BTC-USD")).code, 0);
  await everywhere(setting, {
    ...BEFORE,
    makerFeeRate: "0.000000",
    takerFeeRate: "0.002500",
    priceMax: "900000.00",
  });
  assert.deepEqual(await feesOfTrade(setting), ["0", "2.500000"]);
  const tooHigh = { ...order, side: "sell", price: "900000.01" };
  assert.equal((await buyer.request("POST", "/v1/orders", tooHigh)).json.code, "price_too_high");
}

/** What was paid before is told as it was, the trail says who changed what, and the log is sound. */
async function afterwards({ data, definitions, operator, seller }: Setting): Promise<void> {
  const { json } = await seller.request("GET", "/v1/fills?symbol=BTC-USD&limit=10");
  assert.deepEqual(
    json.items.map(({ fee }: { fee: string }) => Number(fee)).sort(),
    [0, 0.1, 1],
  );
  const sequences = definitions.map(({ prevSequence, sequence }) => [prevSequence, sequence]);
  assert.equal(sequences.length, 3);
  for (let at = 1; at < 3; at++) assert.equal(sequences[at][0], sequences[at - 1][1], "no gap");
  const audit = await operator.request("GET", "/v1/admin/audit?limit=100");
  assert.ok(v.is(AuditSchema, audit.json), JSON.stringify(audit.json));
  const told = audit.json.acts.filter(({ act }) => act === "instrumentTerms").map((one) =>
    `${one.by.slice(0, 4)} ${one.subject} ${one.details}: ${one.result} ${one.reason ?? ""}`.trim()
  );
  assert.deepEqual(told, [
    "key: BTC-USD maker ppm 100 to 1000, taker ppm 500 to 2000: done",
    "key: BTC-USD maker ppm 1000 to 1000, taker ppm 2000 to 2000: repeat",
    "key: BTC-USD maker ppm 1000 to 1000, taker ppm 2000 to 2000: repeat",
    "key: BTC-USD taker ppm 2000 to 1500: done",
    "key: BTC-USD taker ppm 2000 to 1400: refused terms_changed",
    "key: BTC-USD taker ppm 1500 to 1600: refused orders_rest",
    "oper BTC-USD highest price in ticks 100000000 to 90000000: refused orders_rest",
    "ada BTC-USD maker ppm 1000 to 0, taker ppm 1500 to 2500, highest price in ticks 100000000 to " +
    "90000000: done",
  ]);
  const replay = await runTask("replay", ["--data", data, "--verify", "--json"]);
  assert.equal(JSON.parse(replay.stdout).ok, true);
}

/** Started again, from a snapshot or the log, the market goes on with the terms that it had. */
async function startedAgain(data: string): Promise<void> {
  const { market, line } = await StartedMarket.start(data);
  try {
    const buyer = new RestClient(line.gateway, keyOf(line, "1"));
    const { json: { fees: [fee] } } = await buyer.request("GET", "/v1/fees?symbol=BTC-USD");
    assert.deepEqual([fee.makerFeeRate, fee.takerFeeRate], ["0.000000", "0.002500"]);
    const seller = new RestClient(line.gateway, keyOf(line, "2"));
    await place(seller, { side: "sell" });
    assert.equal((await place(buyer, { side: "buy" })).fills[0].fee, "2.500000");
    const { stdout } = await admin(data, "--json", "instruments", "list");
    const [{ makerFeePpm, priceTicksMax, takerFeePpm }] = JSON.parse(stdout).instruments;
    assert.deepEqual([makerFeePpm, takerFeePpm, priceTicksMax], [0, 2_500, 90_000_000]);
  } finally {
    assert.equal((await market.end("SIGTERM")).code, 0);
    await market.kill();
  }
}

Deno.test("an instrument's fees and bounds change while it trades", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const client = (account: string, gateway = line.gateway) =>
      new RestClient(gateway, keyOf(line, account));
    await using spare = await SpareGateway.start(data, line);
    const subscriber = await connectNats({
      servers: line.natsWebSocket,
      credentials: line.subscriberCreds,
      name: "subscriber",
    });
    const definitions: Record<string, unknown>[] = [];
    subscriber.subscribe("md.BTC-USD.definition.json", {
      callback: (_, message) => {
        const told = JSON.parse(new TextDecoder().decode(message.data));
        // What is said again has no new number.
        if (told.sequence !== told.prevSequence) definitions.push(told);
      },
    });
    await subscriber.flush();
    const setting: Setting = {
      data,
      seller: client("2"),
      buyer: client("1"),
      operator: client("admin"),
      operatorKey: keyOf(line, "admin"),
      elsewhere: { buyer: client("1", spare.url), operator: client("admin", spare.url) },
      subscriber,
      definitions,
    };
    await eventually("the registrar", async () => {
      return (await setting.operator.request("GET", "/v1/admin/audit")).status === 200 || undefined;
    });
    await t.step("over REST, and every place tells it", () => overRest(setting));
    await t.step("while orders rest", () => whileOrdersRest(setting));
    await t.step("on the command line", () => onTheCommandLine(setting));
    await t.step("and the past stays as it was", () => afterwards(setting));
    await subscriber.close();
    assert.equal((await market.end("SIGTERM")).code, 0);
    await t.step("and it is started again with the terms that it had", () => startedAgain(data));
  }));
