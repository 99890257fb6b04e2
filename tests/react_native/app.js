/**
 * An app that trades. It says each thing that it has done.
 *
 * @module
 */
const SYMBOL = "BTC-USD";
const PRICE = "40000.00";
/** More than a snapshot of a book has. */
const LEVELS = 1_100;
const BATCH_ITEMS = 100;

const say = (name, value) => console.log(`${name} ${JSON.stringify(value)}`);

/** What of the platform an app cannot use here. */
async function lacks(url) {
  const used = {
    globals: ["crypto", "EventSource", "ReadableStream", "structuredClone", "TextEncoder"],
    arrays: ["at", "toSorted"],
    symbols: ["asyncIterator"],
    signals: ["any", "timeout"],
    responses: ["body"],
  };
  const response = await fetch(`${url}/v1/time`);
  const owners = { globals: globalThis, arrays: [], symbols: Symbol, signals: AbortSignal };
  return Object.entries(used).flatMap(([of, names]) =>
    names.filter((name) => !(name in (owners[of] ?? response)))
  );
}

/** Bids far from the market, in the one order that a client has no method for. */
async function fill(client) {
  for (let from = 0; from < LEVELS; from += BATCH_ITEMS) {
    const items = Array.from({ length: BATCH_ITEMS }, (_, at) => {
      const price = `${30_000 + from + at}.00`;
      return { place: { symbol: SYMBOL, side: "buy", type: "limit", price, quantity: "0.0001" } };
    });
    const content = { items };
    const path = "/v1/orders/batch";
    const { body } = await client.transport.send({
      method: "POST",
      path,
      group: "orders",
      content,
    });
    if (body.items.some(({ status }) => status !== 201)) throw new Error(JSON.stringify(body));
  }
}

/** Says what stands at the price of the app's order whenever that changes. */
function watch(client) {
  let last;
  return new Promise((live) => {
    client.book(SYMBOL, ({ bids }) => {
      const quantity = bids.find(([price]) => price === PRICE)?.[1] ?? "0";
      if (quantity !== last) say("book", quantity);
      last = quantity;
      live(bids.length);
    });
  });
}

async function trade(TradingClient, { closed, id, secret, url }) {
  say("lacks", await lacks(url));
  const key = { id, secret };
  const connectionChanged = ({ isOpen, reason }) => say("connection", [isOpen, reason]);
  const client = new TradingClient({ url, key, connectionChanged });
  client.subscribe("reports", ({ type, data }) => {
    if (type === "message") say("report", [data.kind, data.orderId]);
  });
  await client.joined("reports");
  await fill(client);
  say("levels", await watch(client));
  const order = await client.placeOrder({
    symbol: SYMBOL,
    side: "buy",
    type: "limit",
    price: PRICE,
    quantity: "0.1000",
  });
  say("placed", [order.status, order.orderId, order.clientOrderId]);
  say("amended", (await client.amendOrder(order, { quantity: "0.0500" })).quantity);
  say("read", (await client.order({ clientOrderId: order.clientOrderId })).leavesQuantity);
  let open = 0;
  for await (const { orderId } of client.orders({ status: "open", symbol: SYMBOL })) {
    if (orderId !== "") open++;
  }
  say("open", open);
  say("canceled", (await client.cancelOrder(order)).reason);
  const refused = await client.cancelOrder(order).catch((error) => error);
  say("refused", [refused.name, refused.code, refused instanceof Error]);
  const alone = new TradingClient({ url: closed, key, patienceMillis: 500 });
  const lost = await alone.cancelAll(SYMBOL, "one-name").catch((error) => error);
  say("lost", [lost.name, lost.id, lost.cause.name, lost.cause.cause.message]);
  say("all", await client.cancelAll({ symbol: SYMBOL, side: "buy" }));
  globalThis.client = client;
}

/** Hears of an order, though the socket has broken since. */
async function placeAgain() {
  const { orderId } = await globalThis.client.placeOrder({
    symbol: SYMBOL,
    side: "buy",
    type: "limit",
    price: PRICE,
    quantity: "0.0200",
  });
  say("again", orderId);
}

/** Asks one that never answers. */
async function ask(TradingClient, { mute }) {
  const client = new TradingClient({ url: mute, patienceMillis: 20_000 });
  const error = await client.read("/v1/time", {}, true).catch((error) => error);
  say("unanswered", [error.name, error.attempts, error.cause.name]);
}

const ended = (name) => [() => say(name, true), (error) => say("failed", [name, error.stack])];

/** Defines what the test has the app do. */
export function define(TradingClient) {
  Object.assign(globalThis, {
    trade: (options) => trade(TradingClient, options).then(...ended("traded")),
    ask: (options) => ask(TradingClient, options).then(...ended("asked")),
    placeAgain: () => placeAgain().then(...ended("placed again")),
    close: () => globalThis.client.close(),
  });
}
