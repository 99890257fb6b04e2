/**
 * The client for apps in a real browser, on a page of another origin than the gateway: the browser asks
 * the gateway first whether a signed request may come, and the app lives an order's life and hears of
 * it over a WebSocket and over server-sent events.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { provision } from "../../../infra/provision/provision.ts";
import { bundleClient } from "../../support/client_bundle.ts";
import {
  eventually,
  StartedMarket,
  withDataDirectory,
} from "../../workers/supervisor/started_market.ts";
import { CHROMIUM_ARGUMENTS } from "./chromium_arguments.ts";

const HTML = "text/html; charset=utf-8";
const JAVASCRIPT = "text/javascript; charset=utf-8";

/** What the page does; `url`, `id`, `secret` and `closed` stand in front of it. */
const PROGRAM = `
import { TradingClient } from "./edgebook.js";

const say = (name, value) => console.log(name + " " + JSON.stringify(value));
// A server that lets nobody in: the browser does look at what it is told.
say("closed", await fetch(closed).then(() => "read", () => "refused"));
const client = new TradingClient({ url, key: { id, secret } });
client.subscribe("reports", ({ type, data }) => {
  if (type === "message") say("socket", [data.kind, data.orderId]);
});
await client.joined("reports");
const ticket = await client.streamTicket();
const events = new EventSource(url + "/v1/stream?channels=reports&ticket=" + ticket);
events.addEventListener("reports", ({ data }) => {
  const { kind, orderId } = JSON.parse(data);
  say("events", [kind, orderId]);
});
await new Promise((joined) => events.addEventListener("joined", joined));
const order = await client.placeOrder({
  symbol: "BTC-USD", side: "buy", type: "limit", price: "40000.00", quantity: "0.1000",
});
say("placed", [order.status, order.orderId]);
say("amended", (await client.amendOrder(order, { quantity: "0.0500" })).quantity);
say("canceled", (await client.cancelOrder(order)).reason);
const refused = await client.cancelOrder(order).catch((error) => error);
say("refused", [refused.name, refused.code]);
const limits = await fetch(url + "/v1/time").then(({ headers }) => headers.get("ratelimit"));
say("limits", limits !== null);
say("done", true);
`;

/** A server of pages at an origin of its own. */
function serve(pages: ReadonlyMap<string, readonly [type: string, body: string]>) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const page = pages.get(new URL(request.url).pathname);
    if (page === undefined) return new Response(null, { status: 204 });
    return new Response(page[1], { headers: { "content-type": page[0] } });
  });
}

/** What a browser asks before it sends what a page has signed. */
async function preflight(gateway: string, method: string, headers: string): Promise<Response> {
  const response = await fetch(`${gateway}/v1/orders/1`, {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example",
      "access-control-request-method": method,
      "access-control-request-headers": headers,
    },
  });
  await response.body?.cancel();
  return response;
}

async function checkPreflight(gateway: string): Promise<void> {
  const signed = "content-type,idempotency-key,x-edgebook-key,x-edgebook-recv-window," +
    "x-edgebook-signature,x-edgebook-timestamp";
  const { headers, ok } = await preflight(gateway, "PATCH", signed);
  assert.ok(ok);
  assert.equal(headers.get("access-control-allow-origin"), "*");
  const lists = ["methods", "headers"].map((name) =>
    headers.get(`access-control-allow-${name}`)?.toLowerCase().split(/, */) ?? []
  );
  assert.ok(lists[0]?.includes("patch"), String(lists[0]));
  for (const name of [...signed.split(","), "authorization"]) {
    assert.ok(lists[1]?.includes(name), `${name} in ${lists[1]}`);
  }
  // A page can show no cookie: whoever opens it lends it nothing.
  assert.equal(headers.get("access-control-allow-credentials"), null);
}

Deno.test("an app on a page of another origin trades, and hears of it by socket and by events", async () => {
  await withDataDirectory(async (data, keep) => {
    const executablePath = await provision("chromium", { say: console.error });
    const { market, line: { gateway, keys } } = await StartedMarket.start(data);
    keep(market);
    await checkPreflight(gateway);
    await bundleClient(data);
    const key = keys.find(({ account }) => account === "1");
    await using closed = serve(new Map([["/", [HTML, "nothing"]]]));
    const port = closed.addr.port;
    const names = { url: gateway, id: key?.key, secret: key?.secret };
    const given = Object.entries({ ...names, closed: `http://127.0.0.1:${port}/` })
      .map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`).join("\n");
    const script = await Deno.readTextFile(`${data}/edgebook.js`);
    await using app = serve(
      new Map([
        ["/", [
          HTML,
          '<!doctype html><title>app</title><script type="module" src="app.js"></script>',
        ]],
        ["/app.js", [JAVASCRIPT, given + PROGRAM]],
        ["/edgebook.js", [JAVASCRIPT, script]],
      ]),
    );
    const browser = await chromium.launchPersistentContext(`${data}/profile`, {
      executablePath,
      headless: true,
      args: [...CHROMIUM_ARGUMENTS],
    });
    const said: string[] = [];
    try {
      const tab = await browser.newPage();
      tab.on("console", (message) => said.push(message.text()));
      tab.on("pageerror", (error) => said.push(`error ${error.message}`));
      await tab.goto(`http://127.0.0.1:${app.addr.port}/`);
      await eventually(`the end of the app`, () => {
        const has = (start: string) => said.some((one) => one.startsWith(start));
        if (has("error")) assert.fail(said.join("\n"));
        return has("done") && has('events ["canceled') && has('socket ["canceled') || undefined;
      }).catch((error) => assert.fail(`${error}\n${said.join("\n")}`));
    } finally {
      await browser.close();
    }
    const valueOf = (name: string) =>
      said.filter((one) => one.startsWith(`${name} `)).map((one) =>
        JSON.parse(one.slice(name.length))
      );
    const [[status, orderId]] = valueOf("placed");
    assert.equal(status, "new");
    assert.deepEqual(valueOf("amended"), ["0.0500"]);
    assert.deepEqual(valueOf("canceled"), ["canceled_by_request"]);
    assert.deepEqual(valueOf("refused"), [["RefusedError", "unknown_order"]]);
    assert.deepEqual([valueOf("limits"), valueOf("closed")], [[true], ["refused"]]);
    for (const transport of ["socket", "events"]) {
      const own = valueOf(transport).filter(([, id]) => id === orderId);
      assert.deepEqual(own.map(([kind]) => kind), ["accepted", "amended", "canceled"], transport);
    }
  });
});
