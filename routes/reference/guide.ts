/**
 * The part of the reference in front of the operations: from nothing to an order, a stream and a
 * cancel.
 *
 * @module
 */
import { BEARER_MARKDOWN, SIGNING_MARKDOWN } from "../openapi/signing.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

/** The shell function that signs and sends; the examples call it. */
export const SHELL_FUNCTION = `edgebook() { # METHOD PATH [BODY]
  now=$(($(date +%s) * 1000))
  signature=$(printf '%s\\n5000\\n%s\\n%s\\n%s' "$now" "$1" "$2" "$3" |
    openssl dgst -sha256 -hmac "$EDGEBOOK_SECRET" | sed 's/.* //')
  set -- "$1" "$2" "$3" "$now" "$signature"
  if [ -n "$3" ]; then set -- "$@" -H 'Content-Type: application/json' -d "$3"; fi
  method=$1 path=$2 now=$4 signature=$5; shift 5
  curl -s -X "$method" "$EDGEBOOK_URL$path" -H "X-Edgebook-Key: $EDGEBOOK_KEY" \\
    -H "X-Edgebook-Timestamp: $now" -H "X-Edgebook-Signature: $signature" "$@"
  echo
}`;

const KEYS = `# On a market of your own: . data/run/demo.env, and KEY_1 and SECRET_1.
EDGEBOOK_URL=http://127.0.0.1:8000
EDGEBOOK_KEY=...
EDGEBOOK_SECRET=...`;

/** The first steps, one after the other. */
export const FIRST_STEPS = `edgebook POST /v1/orders \\
  '{"symbol":"BTC-USD","side":"buy","type":"limit","price":"40000.00","quantity":"0.2000","clientOrderId":"hello-1"}'
edgebook GET /v1/orders/by-client-id/hello-1
edgebook PATCH /v1/orders/by-client-id/hello-1 '{"price":"40100.00"}'
edgebook DELETE /v1/orders/by-client-id/hello-1`;

/** A program that streams what happens to the account; `minted` is the answer with credentials. */
export const STREAM_PROGRAM = `import { connect, credsAuthenticator } from "nats.ws";

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

const code = (text: string): Markup => markup`<pre><code>${text}</code></pre>`;

/** The titles of the parts, with where they are. */
export const GUIDE_LINKS = [
  { href: "#first-order", label: "A first order" },
  { href: "#signing", label: "Signing" },
  { href: "#conventions", label: "Conventions" },
  { href: "#safe-repeats", label: "Safe repeats" },
  { href: "#limits", label: "Limits" },
  { href: "#streaming", label: "Streaming" },
] as const;

/** The guide. */
export function guide(): Markup {
  return markup`<h1>edgebook reference</h1>
<p class="lead">Place, amend, cancel and follow orders: JSON over HTTPS for what you ask, NATS for what
happens. This page is made by the gateway that you talk to, from the schemas that it answers by.</p>
<p>For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1),
<a href="/asyncapi.json">asyncapi.json</a> (AsyncAPI 3.0). Every error by its code:
<a href="/errors">errors</a>.</p>

<h2 id="first-order">A first order</h2>
<p>You need the gateway’s URL and a key with its secret. On a market of your own,
<code>deno task start</code> writes them to <code>data/run/demo.env</code>.</p>
${code(KEYS)}
<p>This shell function signs a request and sends it; all examples below use it.</p>
${code(SHELL_FUNCTION)}
<p>Then place an order, look at it, give it another price, and cancel it:</p>
${code(FIRST_STEPS)}

<h2 id="signing">Signing</h2>
${prose(SIGNING_MARKDOWN)}
<h4>Or a bearer token</h4>
${prose(BEARER_MARKDOWN)}

<h2 id="conventions">Conventions</h2>
<dl class="facts">
<dt>Numbers</dt><dd>Prices, quantities and money are decimal strings, <code>"0.5000"</code>. Nothing is
rounded for you: a price between two ticks is refused, and the refusal names the tick.</dd>
<dt>Ids</dt><dd>Ids and sequences are strings of digits. They compare as numbers.</dd>
<dt>Times</dt><dd>Microseconds since the epoch, in fields that end in <code>Micros</code>.</dd>
<dt>Errors</dt><dd>RFC 9457 problems. Decide by <code>code</code>, show <code>detail</code>, and name
<code>requestId</code> when you ask for help. <code>field</code>, <code>limit</code> and
<code>value</code> say what was wrong, what is allowed and what came.</dd>
<dt>New fields</dt><dd>Answers may gain fields. Pass over those that you do not know. Requests with
fields that are not known are refused.</dd>
<dt>Your own writes</dt><dd>Every answer has a <code>sequence</code>. A read with
<code>?minSequence=</code> that number reflects it, whichever gateway answers.</dd>
<dt>Pages</dt><dd>Lists have <code>items</code> and <code>nextCursor</code>; give that back as
<code>cursor</code> until it is <code>null</code>.</dd>
</dl>

<h2 id="safe-repeats">Safe repeats</h2>
<p>A phone loses its network in the middle of a request. Send the same again: with the same
<code>clientOrderId</code> (orders) or <code>Idempotency-Key</code> (amends and cancels) and the same
content it is done once, and you are told the first outcome with <code>"duplicate": true</code>. The
same name with other content is refused with 409. A 202 says that the outcome is not known yet, never
that the request failed.</p>

<h2 id="limits">Limits</h2>
<p>Each request costs its weight. <code>RateLimit</code> says what is left of the limit with least left,
<code>RateLimit-Policy</code> how large the limits are. Who spends no more than what is left is never
refused; who is, waits for <code>Retry-After</code>. Orders that trade at their entry cost nothing, and
cancels have limits of their own.</p>

<h2 id="streaming">Streaming</h2>
<p>Ask for credentials (<a href="#createStreamCredentials">POST /v1/stream-credentials</a>), connect to
one of their <code>servers</code> with any NATS client, and subscribe. With <code>nats.ws</code>, where
<code>minted</code> is the answer and <code>show</code> what your app does with a message:</p>
${code(STREAM_PROGRAM)}
<p>Messages are numbered: one whose <code>prevSequence</code> is above the <code>sequence</code> that you
have follows a gap. Of the book ask for a snapshot and go on from there; of your reports read the
orders over REST. Fetch new credentials before they expire. The subjects are
<a href="#feeds">below</a>.</p>`;
}
