/**
 * The part of the reference in front of the operations: from nothing to an order, a stream and a
 * cancel.
 *
 * @module
 */
import { BEARER_MARKDOWN, SIGNING_MARKDOWN } from "../openapi/signing.ts";
import {
  CLIENT_PROGRAM,
  EVENT_SOURCE_PROGRAM,
  FIRST_STEPS,
  FIRST_TRADE,
  KEYS,
  LIMIT_HEADERS,
  LOGIN_MESSAGES,
  NATS_PROGRAM,
  PROBLEM_BODY,
  PYTHON_PROGRAM,
  REPORT_EVENT,
  REPORTS_COMMAND,
  SHELL_FUNCTION,
  SIGNATURE,
  SIGNING_COMMAND,
  SOCKET_PROGRAM,
} from "./guide_examples.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

const code = (text: string): Markup => markup`<pre><code>${text}</code></pre>`;

/** The titles of the parts, with where they are. */
export const GUIDE_LINKS = [
  { href: "#first-order", label: "A first order" },
  { href: "#keys", label: "Keys to test with" },
  { href: "#app", label: "An app" },
  { href: "#streaming", label: "Streaming" },
  { href: "#signing", label: "Signing" },
  { href: "#problems", label: "Errors" },
  { href: "#conventions", label: "Conventions" },
  { href: "#safe-repeats", label: "Safe repeats" },
  { href: "#limits", label: "Limits" },
  { href: "#machines", label: "Machines" },
] as const;

/** The guide. */
export function guide(): Markup {
  return markup`${start()}${apps()}${signing()}${conventions()}${machines()}`;
}

function start(): Markup {
  return markup`<h1>edgebook reference</h1>
<p class="lead">Place, amend, cancel and follow orders: JSON over HTTPS for what you ask, streams for
what happens. This page is made by the gateway that you talk to, from the schemas that it answers
by.</p>
<p>For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1),
<a href="/asyncapi.json">asyncapi.json</a> (AsyncAPI 3.0). Every error by its code:
<a href="/errors">errors</a>.</p>

<h2 id="first-order">A first order, in a minute</h2>
<p>Copy these into a shell, one after the other. On a market of your own the keys are there:</p>
${code(KEYS)}
<p>This function signs a request and sends it; all examples below use it.</p>
${code(SHELL_FUNCTION)}
<p>Place an order, look at it, give it another price, and cancel it:</p>
${code(FIRST_STEPS)}
<p>A trade: the other account sells, you buy what it offers, and the answer has the fill.</p>
${code(FIRST_TRADE)}
<p>See it happen: this goes on until Ctrl-C. Give it a terminal of its own, with the first two blocks,
and trade in this one.</p>
${code(REPORTS_COMMAND)}

<h2 id="keys">Keys to test with</h2>
<p><code>npx -y deno task start</code> in a clone of the source is a whole market with nothing at stake:
<code>data/run/demo.env</code> has its URL and the keys of two funded accounts,
<code>--demo</code> adds traders, and <code>--fresh</code> begins anew. On another market set
<code>EDGEBOOK_URL</code>, <code>EDGEBOOK_KEY</code> and <code>EDGEBOOK_SECRET</code> to what its operator
gave you. <a href="#testOrder">POST /v1/orders/test</a> checks an order and places none.</p>
<p>Those keys read and trade. <a href="#Keys">Keys</a> needs one with the scope <code>keys</code>, which
<code>deno task admin keys create 1 --scopes read,trade,keys</code> makes.</p>`;
}

function apps(): Markup {
  return markup`
<h2 id="app">An app</h2>
<p>For browsers, React Native, Node and Deno there is a client in TypeScript, the folder
<code>routes/client</code> of the source: it signs, waits for the limits, sends again what may have been
lost without doing anything twice, and joins its streams anew where they break. <code>url</code>,
<code>id</code> and <code>secret</code> are those of above, and <code>show</code> is what your app does
with a message:</p>
${code(CLIENT_PROGRAM)}
<p>A method that fails says whether the exchange has refused (<code>RefusedError</code>) or may have done
it (<code>OutcomeUnknownError</code>: the same call with the same id tells). <code>client.book</code>
keeps a whole book. <code>deno task client</code> writes it as one file for a page or a bundler, and
<code>routes/client/CLIENT.md</code> has all of it. A secret in a page is everybody’s: let your server hand out
<a href="#createStreamTicket">tickets</a>, or give the client a <a href="#bearer">token</a>.</p>

<h2 id="streaming">Streaming</h2>
<p>Market data needs no key. As <a href="#openStream">server-sent events</a>:</p>
${code(EVENT_SOURCE_PROGRAM)}
<p>Or over a <a href="#openSocket">WebSocket</a>, which React Native has as well:</p>
${code(SOCKET_PROGRAM)}
<p>A channel begins with <code>joined</code>, or with a snapshot in the place of what you have; what
follows joins it. For a book by its changes take <code>depth:BTC-USD</code>, and replace the book
whenever a snapshot comes.</p>
<p>The channel <code>reports</code> is <a href="#feed-reports">what happens to the account</a>. A stream of
events has it where the request is signed, or shows a <a href="#createStreamTicket">ticket</a>, which
<code>EventSource</code> can:</p>
${code(REPORT_EVENT)}
<p>A socket has it behind a login, whose signature is that of a <code>GET /v1/ws</code> without a body,
with the path <code>/v1/ws</code>. Both may be sent at once:</p>
${code(LOGIN_MESSAGES)}
<p>The <code>id</code> of an event (<code>cursor</code> in a socket) is your place: come
back with it, and nothing is missing. All channels and rules are in
<code>routes/streams/STREAMS.md</code> of the source.</p>`;
}

function signing(): Markup {
  return markup`
<h2 id="signing">Signing</h2>
${prose(SIGNING_MARKDOWN)}
<p>By hand, with a secret that opens nothing:</p>
${code(SIGNING_COMMAND)}
<p>prints <code>${SIGNATURE}</code>. Where yours is another one, compare the text byte by byte: five parts,
four line feeds, none at the end, and the body as it is sent, to the last space. A request with an
<code>Idempotency-Key</code> has six parts. Without a body the text ends with the line feed behind the
path.</p>
<p>In Python, with nothing to install, behind the first block of this page:</p>
${code(PYTHON_PROGRAM)}
<h4 id="bearer">Or a bearer token</h4>
${prose(BEARER_MARKDOWN)}

<h2 id="problems">Errors</h2>
<p>A refusal is a problem body (RFC 9457). Decide by <code>code</code>, show <code>detail</code>, and name
<code>requestId</code> when you ask for help; <code>field</code>, <code>limit</code> and
<code>value</code> say what was wrong, what is allowed and what came.
<a href="/errors">/errors</a> says of each code what to do.</p>
${code(PROBLEM_BODY)}
<dl class="facts">
<dt>400, 413, 415</dt><dd>The request is not as it must be: mend it. Nothing was done.</dd>
<dt>401, 403</dt><dd>The key, the signature, the clock or the scope: see <a href="#signing">Signing</a>.</dd>
<dt>404, 409, 422</dt><dd>The exchange has refused the command. The same again is refused again.</dd>
<dt>429</dt><dd>Wait for <code>Retry-After</code> seconds, and send the same again.</dd>
<dt>500, 502, 503, 504</dt><dd>Send <a href="#safe-repeats">the same again</a>, after
<code>Retry-After</code> or ever longer pauses. It is done once.</dd>
</dl>`;
}

function conventions(): Markup {
  return markup`
<h2 id="conventions">Conventions</h2>
<dl class="facts">
<dt>Numbers</dt><dd>Prices, quantities and money are decimal strings, <code>"0.5000"</code>. Nothing is
rounded for you: a price between two ticks is refused, and the refusal names the tick.</dd>
<dt>Ids</dt><dd>Ids and sequences are strings of digits. They compare as numbers.</dd>
<dt>Times</dt><dd>Microseconds since the epoch, in fields that end in <code>Micros</code>.</dd>
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
<p>Each request costs its weight, which stands at each operation: an order, an amend or a cancel 1, most
reads 1 or 2, lists and streams 5, a batch 1 for each item. Answers say what is left of the limit with
least left, and how large the limits are:</p>
${code(LIMIT_HEADERS)}
<p>That is: 19,999 units are left of 20,000 a second, and all of them are there again in one second at
the latest. <a href="#getLimits">GET /v1/limits</a> says it of your key. Who spends no more than what is
left is never refused; who is, gets 429 and waits for <code>Retry-After</code>. Orders that trade at
their entry cost nothing, and cancels have limits of their own.</p>`;
}

function machines(): Markup {
  return markup`
<h2 id="machines">Machines</h2>
<h4>Many commands at once</h4>
<p><a href="#sendBatch">POST /v1/orders/batch</a> carries out up to 100 orders, amends and cancels of one
signed request, each for itself. Their answers repeat the orders; with <code>Prefer:
return=minimal</code> they have only what you cannot know, in less than a third of the bytes. <a href="#sendFrame">POST /v1/frames</a> takes up to 2,048 as binary
records, in ticks and lots; <code>routes/orders/FRAMES.md</code> of the source has every byte, and a client in
Python.</p>
<h4>Feeds over NATS</h4>
<p>Ask for credentials (<a href="#createStreamCredentials">POST /v1/stream-credentials</a>), connect to
one of their <code>servers</code> with any NATS client, and subscribe. With <code>nats.ws</code>, where
<code>minted</code> is the answer:</p>
${code(NATS_PROGRAM)}
<p>Messages are numbered: one whose <code>prevSequence</code> is above the <code>sequence</code> that you
have follows a gap. Of the book ask for a snapshot and go on from there; of your reports read those
behind the last one (<a href="#listReports">GET /v1/reports</a>). Fetch new credentials before they
expire. The subjects are <a href="#feeds">below</a>.</p>
<h4>Bots for Binance</h4>
<p>Bots and libraries for Binance Spot trade here after a change of their address: the same gateway
answers under <code>/api/v3</code>, with the same keys. <code>BTC-USD</code> is <code>BTCUSD</code> there.
<code>routes/binance/BINANCE.md</code> of the source says what is there and what is different.</p>`;
}
