/**
 * What stands in the guide to be copied: a test takes each of these out of the served page and runs it.
 *
 * @module
 */

/** Where the market is, and who asks. */
export const KEYS = `# In the directory of a market of your own, where two accounts are funded:
. data/run/demo.env
EDGEBOOK_KEY=$EDGEBOOK_KEY_1 EDGEBOOK_SECRET=$EDGEBOOK_SECRET_1
export EDGEBOOK_URL EDGEBOOK_KEY EDGEBOOK_SECRET`;

/** The shell function that signs and sends; the examples call it. */
export const SHELL_FUNCTION = `edgebook() { # METHOD PATH [BODY]
  # Milliseconds, which not every date has: the same request at the same time is done once.
  now=$(($(date +%s) * 1000 + $(od -An -N2 -tu2 /dev/urandom) % 1000))
  signature=$(printf '%s\\n5000\\n%s\\n%s\\n%s' "$now" "$1" "$2" "$3" |
    openssl dgst -sha256 -hmac "$EDGEBOOK_SECRET" | sed 's/.* //')
  set -- "$1" "$2" "$3" "$now" "$signature"
  if [ -n "$3" ]; then set -- "$@" -H 'Content-Type: application/json' -d "$3"; fi
  method=$1 path=$2 now=$4 signature=$5; shift 5
  curl -sSN -X "$method" "$EDGEBOOK_URL$path" -H "X-Edgebook-Key: $EDGEBOOK_KEY" \\
    -H "X-Edgebook-Timestamp: $now" -H "X-Edgebook-Signature: $signature" "$@"
  echo
}`;

/** The first steps, one after the other. */
export const FIRST_STEPS = `edgebook POST /v1/orders \\
  '{"symbol":"BTC-USD","side":"buy","type":"limit","price":"40000.00","quantity":"0.2000","clientOrderId":"hello-1"}'
edgebook GET /v1/orders/by-client-id/hello-1
edgebook PATCH /v1/orders/by-client-id/hello-1 '{"price":"40100.00"}'
edgebook DELETE /v1/orders/by-client-id/hello-1`;

/** A trade: the other account sells, and the first one buys at the market. */
export const FIRST_TRADE = `(
  EDGEBOOK_KEY=$EDGEBOOK_KEY_2 EDGEBOOK_SECRET=$EDGEBOOK_SECRET_2
  edgebook POST /v1/orders \\
    '{"symbol":"BTC-USD","side":"sell","type":"limit","price":"40000.00","quantity":"0.1000","clientOrderId":"hello-2"}'
)
edgebook POST /v1/orders \\
  '{"symbol":"BTC-USD","side":"buy","type":"market","quantity":"0.1000","clientOrderId":"hello-3"}'
edgebook GET '/v1/fills?limit=1'`;

/** What happens to the account, in a terminal. */
export const REPORTS_COMMAND = `edgebook GET '/v1/stream?channels=reports,trades:BTC-USD'`;

/** A report as a stream brings it: the fill of the first trade. */
export const REPORT_EVENT = `id: reports.7~trades:BTC-USD.1
event: reports
data: {"account":"1","sequence":7,"prevSequence":6,"eventSequence":24,"timeMicros":1700000000000000,"kind":"trade","orderId":"3","clientOrderId":"hello-3","symbol":"BTC-USD","side":"buy","status":"filled","price":null,"quantity":"0.1000","executedQuantity":"0.1000","leavesQuantity":"0.0000","tradeId":"1","lastPrice":"40000.00","lastQuantity":"0.1000","fee":"2.000000","feeAsset":"USD","liquidity":"taker"}`;

/** The login of a socket, in a program that has what it is to be signed with. */
export const LOGIN_MESSAGES =
  `{"op":"login","id":1,"key":"key_...","timestamp":1700000000000,"signature":"..."}
{"op":"subscribe","id":2,"channels":["reports"]}`;

/** The secret of the worked example, which opens nothing. */
export const SIGNING_SECRET = "vUoVQ8mQb0xkZl2gW1JrY7n5T3cE9aHs4dKpRgXyZ_0";

/** A signature to be had again by hand; what it prints stands below it. */
export const SIGNING_COMMAND =
  `printf '%s\\n%s\\n%s\\n%s\\n%s' 1700000000000 5000 POST /v1/orders \\
  '{"symbol":"BTC-USD","side":"buy","type":"limit","price":"40000.00","quantity":"0.2000"}' |
  openssl dgst -sha256 -hmac ${SIGNING_SECRET} | sed 's/.* //'`;

/** What {@link SIGNING_COMMAND} prints. */
export const SIGNATURE = "023f21037eb321b10bb0d4f5f784c15fcca42ff8c3881bfa7df3482bc2e0ed0a";

/** The same in Python, with nothing but its own library, and the request with it. */
export const PYTHON_PROGRAM = `import hashlib, hmac, json, os, time, urllib.request

def edgebook(method, path, content=None):
    body = "" if content is None else json.dumps(content)
    timestamp = str(time.time_ns() // 1_000_000)
    text = "\\n".join([timestamp, "5000", method, path, body])
    secret = os.environ["EDGEBOOK_SECRET"].encode()
    headers = {
        "Content-Type": "application/json",
        "X-Edgebook-Key": os.environ["EDGEBOOK_KEY"],
        "X-Edgebook-Timestamp": timestamp,
        "X-Edgebook-Signature": hmac.new(secret, text.encode(), hashlib.sha256).hexdigest(),
    }
    url = os.environ["EDGEBOOK_URL"] + path
    request = urllib.request.Request(url, body.encode() or None, headers, method=method)
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return json.load(error)

order = {"symbol": "BTC-USD", "side": "buy", "type": "limit", "price": "39000.00", "quantity": "0.1000"}
placed = edgebook("POST", "/v1/orders", order)
print(placed["status"], edgebook("DELETE", "/v1/orders/" + placed["orderId"])["status"])`;

/** What is left, as an answer says it. */
export const LIMIT_HEADERS = `RateLimit: "address-peak";r=19999;t=1
RateLimit-Policy: "address";q=40000;w=2, "address-peak";q=20000;w=1`;

/** A refusal. */
export const PROBLEM_BODY = `{
  "type": "urn:edgebook:problem:price_off_tick",
  "title": "The price is not a multiple of the tick",
  "status": 400,
  "detail": "The price 40000.005 is not a multiple of the tick, 0.01.",
  "code": "price_off_tick",
  "field": "price",
  "limit": "0.01",
  "value": "40000.005",
  "requestId": "67cbea2cd671-10"
}`;

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
