/**
 * The client where much is missing that browsers have, as in React Native: it signs, streams and draws
 * ids all the same, and says so where something is missing that it cannot do without.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bundleClient } from "../support/client_bundle.ts";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

/** What React Native has not, or not in every version. */
const MISSING = [
  "crypto",
  "Crypto",
  "CryptoKey",
  "SubtleCrypto",
  "EventSource",
  "TextEncoder",
  "TextDecoder",
  "TextDecoderStream",
  "TextEncoderStream",
  "ReadableStream",
  "WritableStream",
  "TransformStream",
  "AbortSignal",
  "structuredClone",
  "performance",
  "Buffer",
  "process",
  "navigator",
  "localStorage",
];

/** Takes the globals away before the client is loaded, and lives an order's life. */
const PROGRAM = `
for (const name of MISSING) {
  delete globalThis[name];
  if (globalThis[name] !== undefined) throw new Error(name + " is still there");
}
delete Promise.withResolvers;
delete Array.fromAsync;
// The body of an answer cannot be read piece by piece.
Object.defineProperty(Response.prototype, "body", { get: () => { throw new Error("no body") } });
const { TradingClient } = await import("./edgebook.js");
const kinds = [];
const client = new TradingClient({ url, key: { id, secret } });
let end;
const ended = new Promise((resolve) => end = resolve);
client.subscribe("reports", ({ type, data }) => {
  if (type !== "message") return;
  kinds.push(data.kind);
  if (data.kind === "canceled") end();
});
await client.joined("reports");
const { book } = client.book("BTC-USD", () => {});
await client.joined("depth:BTC-USD");
const order = await client.placeOrder({
  symbol: "BTC-USD", side: "buy", type: "limit", price: "40000.00", quantity: "0.1000",
});
await client.amendOrder(order, { price: "40100.00" });
const open = [];
for await (const { orderId } of client.orders({ status: "open" })) open.push(orderId);
const { reason } = await client.cancelOrder(order);
await ended;
const { isLive } = book;
client.close();
const refusals = [];
const told = (work) => { try { work(); } catch (error) { refusals.push(error.message); } };
const { WebSocket } = globalThis;
delete globalThis.WebSocket;
told(() => client.subscribe("ticker:BTC-USD", () => {}));
globalThis.WebSocket = WebSocket;
delete globalThis.fetch;
told(() => new TradingClient({ url, key: { id, secret } }));
console.log(JSON.stringify({
  kinds, reason, refusals, isLive, isOpen: open.includes(order.orderId),
  idLength: order.clientOrderId.length,
}));
`;

Deno.test("the client needs fetch and WebSocket, and nothing else that React Native may lack", async () => {
  await withDataDirectory(async (data, keep) => {
    const { market, line: { gateway, keys } } = await StartedMarket.start(data);
    keep(market);
    await bundleClient(data);
    // Half of URL is missing there; this platform's own fetch cannot do without it.
    assert.doesNotMatch(await Deno.readTextFile(`${data}/edgebook.js`), /new URL/);
    const key = keys.find(({ account }) => account === "1");
    const names = { url: gateway, id: key?.key, secret: key?.secret, MISSING };
    const given = Object.entries(names).map(([name, value]) =>
      `const ${name} = ${JSON.stringify(value)};`
    );
    await Deno.writeTextFile(`${data}/bare.js`, [...given, PROGRAM].join("\n"));
    const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", `--allow-net=${new URL(gateway).host}`]
        .concat(`--allow-read=${data}`, `${data}/bare.js`),
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      kinds: ["accepted", "amended", "rested", "canceled"],
      reason: "canceled_by_request",
      refusals: [
        "this platform has no WebSocket: give the client the option openSocket",
        "this platform has no fetch: give the client the option fetch",
      ],
      isLive: true,
      isOpen: true,
      idLength: 21,
    });
  });
});
