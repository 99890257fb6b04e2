/**
 * What stands in the guide to be copied: a test takes each of these out of the served page and runs it.
 *
 * @module
 */

/** Where the market is, and who asks. */
export const KEYS = `# On a market of your own: . data/run/demo.env
EDGEBOOK_URL=http://127.0.0.1:8000
EDGEBOOK_KEY=...      # or $EDGEBOOK_KEY_1
EDGEBOOK_SECRET=...   # or $EDGEBOOK_SECRET_1`;

/** The shell function that signs and sends; the examples call it. */
export const SHELL_FUNCTION = `edgebook() { # METHOD PATH [BODY]
  # Milliseconds, which not every date has: the same request at the same time is done once.
  now=$(($(date +%s) * 1000 + $(od -An -N2 -tu2 /dev/urandom) % 1000))
  signature=$(printf '%s\\n5000\\n%s\\n%s\\n%s' "$now" "$1" "$2" "$3" |
    openssl dgst -sha256 -hmac "$EDGEBOOK_SECRET" | sed 's/.* //')
  set -- "$1" "$2" "$3" "$now" "$signature"
  if [ -n "$3" ]; then set -- "$@" -H 'Content-Type: application/json' -d "$3"; fi
  method=$1 path=$2 now=$4 signature=$5; shift 5
  curl -s -X "$method" "$EDGEBOOK_URL$path" -H "X-Edgebook-Key: $EDGEBOOK_KEY" \\
    -H "X-Edgebook-Timestamp: $now" -H "X-Edgebook-Signature: $signature" "$@"
  echo
}`;

/** The first steps, one after the other. */
export const FIRST_STEPS = `edgebook POST /v1/orders \\
  '{"symbol":"BTC-USD","side":"buy","type":"limit","price":"40000.00","quantity":"0.2000","clientOrderId":"hello-1"}'
edgebook GET /v1/orders/by-client-id/hello-1
edgebook PATCH /v1/orders/by-client-id/hello-1 '{"price":"40100.00"}'
edgebook DELETE /v1/orders/by-client-id/hello-1`;

/** An app: what happens to its orders, a book to show, and an order's whole life. */
export const CLIENT_PROGRAM = `import { TradingClient } from "./routes/client/trading_client.ts";

const client = new TradingClient({ url, key: { id, secret } });

// What happens to the account, exactly once each, over every break of the connection.
client.subscribe("reports", ({ type, data }) => {
  if (type === "message") show(data);
});
// The ten best levels of each side: nothing to keep, every message is the whole of it.
client.subscribe("book.10.100ms:BTC-USD", ({ type, data }) => {
  if (type === "message") show(data);
});

const order = await client.placeOrder({
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "40000.00",
  quantity: "0.2000",
});
show(await client.amendOrder(order, { price: "40100.00" }));
show(await client.cancelOrder(order));`;

/** A market in a browser, with nothing but what browsers have. */
export const EVENT_SOURCE_PROGRAM = `const channels = ["trades:BTC-USD", "book.10.100ms:BTC-USD"];
const events = new EventSource(\`\${url}/v1/stream?channels=\${channels}&trades=5\`);
events.addEventListener("snapshot", ({ data }) => show(JSON.parse(data)));
for (const channel of channels) {
  events.addEventListener(channel, ({ data }) => show(JSON.parse(data)));
}`;

/** The same over a WebSocket. */
export const SOCKET_PROGRAM =
  `const socket = new WebSocket(\`\${url.replace("http", "ws")}/v1/ws\`);
const channels = ["trades:BTC-USD", "book.10.100ms:BTC-USD"];
socket.onopen = () => socket.send(JSON.stringify({ op: "subscribe", channels, trades: 5 }));
socket.onmessage = ({ data }) => show(JSON.parse(data));`;

/** A program that streams what happens to the account; `minted` is the answer with credentials. */
export const NATS_PROGRAM = `import { connect, credsAuthenticator } from "nats.ws";

const connection = await connect({
  servers: minted.servers,
  authenticator: credsAuthenticator(new TextEncoder().encode(minted.credentials)),
  inboxPrefix: minted.inboxPrefix,
  maxReconnectAttempts: -1,
});
const reports = connection.subscribe(minted.subjects.reports);
const bbo = connection.subscribe("md.BTC-USD.bbo.json");
const book = await connection.request("md.snapshot.BTC-USD", '{"levels":20}');
show(book.json());
(async () => {
  for await (const message of bbo) show(message.json());
})();
for await (const message of reports) show(message.json());`;
