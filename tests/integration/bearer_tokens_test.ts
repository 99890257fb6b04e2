/**
 * Bearer tokens on a market that was started by one command, with an issuer whose key set a server
 * of this test publishes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { InstallationPaths } from "../../infra/administration/local_installation.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { type RestAnswer, RestClient } from "../support/client_rest.ts";
import {
  base64url,
  claimsOf,
  issuerRecord,
  revokedToken,
  TokenSigner,
} from "../support/token_issuer.ts";
import {
  eventually,
  type ReadyLine,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** A revocation is seen in two seconds; the machine may be busy. */
const REVOKED_MILLIS_MAX = 2_500;
const ORDER = {
  symbol: "BTC-USD",
  side: "buy",
  type: "limit",
  price: "100.00",
  quantity: "0.1000",
} as const;

/** The server of the key set. */
class JwksServer implements AsyncDisposable {
  keys: readonly object[] = [];
  requests = 0;
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    this.requests++;
    return Response.json({ keys: this.keys });
  });

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/jwks.json`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** What the steps share. */
interface Setting {
  readonly jwks: JwksServer;
  readonly store: KeyStore;
  readonly signed: RestClient;
  /** Sends a request that bears a token. */
  readonly ask: (
    token: string,
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<RestAnswer>;
}

function askerOf(line: ReadyLine): Setting["ask"] {
  const client = new RestClient(line.gateway, null);
  return (token, method, path, body, headers = {}) => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const all = { ...headers, Authorization: `Bearer ${token}` };
    return client.send(
      method,
      path,
      text === "" ? all : { ...all, "Content-Type": "application/json" },
      text,
    );
  };
}

/** With the store of keys as the operator has it. */
async function withStore(
  data: string,
  line: ReadyLine,
  body: (store: KeyStore) => Promise<void>,
): Promise<void> {
  const paths = new InstallationPaths(data);
  const connection = await connectNats({
    servers: line.natsWebSocket,
    credentials: await Deno.readTextFile(paths.credentials("admin")),
    name: "test-admin",
  });
  try {
    const masterKey = (await Deno.readTextFile(paths.masterKey())).trim();
    await body(await KeyStore.open(connection, masterKey));
  } finally {
    await connection.close();
  }
}

const [FIRST, SECOND, STRANGER] = await Promise.all([
  TokenSigner.make("ES256", "first"),
  TokenSigner.make("EdDSA", "second"),
  TokenSigner.make("ES256", "first"),
]);
const tokenOf = (signer: TokenSigner, account: number, changes = {}) =>
  signer.sign(claimsOf(account, Date.now(), changes));
const codeOf = ({ status, json }: RestAnswer) => `${status} ${json.code ?? ""}`.trim();

async function trade({ ask, signed }: Setting): Promise<void> {
  const token = await tokenOf(FIRST, 1);
  const name = { "Idempotency-Key": "order-1" };
  const placed = await ask(token, "POST", "/v1/orders", ORDER, name);
  assert.equal(placed.status, 201, JSON.stringify(placed.json));
  const again = await ask(token, "POST", "/v1/orders", ORDER, name);
  assert.deepEqual([again.status, again.json], [200, { ...placed.json, duplicate: true }]);
  const other = await ask(token, "POST", "/v1/orders", { ...ORDER, price: "101.00" }, name);
  assert.equal(codeOf(other), "409 different_content");
  const path = `/v1/orders/${placed.json.orderId}`;
  assert.equal((await signed.request("GET", path)).json.status, "new", "the account's own order");
  assert.equal((await ask(await tokenOf(FIRST, 2), "GET", path)).status, 404);
  const canceled = await ask(token, "DELETE", path);
  assert.deepEqual([canceled.status, canceled.json.status], [200, "canceled"]);
}

async function refuse({ ask, signed, jwks }: Setting): Promise<void> {
  const before = jwks.requests;
  const [, payload] = (await tokenOf(FIRST, 1)).split(".");
  const forger = await crypto.subtle.importKey(
    "raw",
    Buffer.from(JSON.stringify(FIRST.jwk)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const text = `${base64url('{"alg":"HS256","kid":"first"}')}.${payload}`;
  const bytes = await crypto.subtle.sign("HMAC", forger, Buffer.from(text));
  const wrong = [
    await tokenOf(STRANGER, 1),
    await tokenOf(FIRST, 1, { aud: "another" }),
    await tokenOf(FIRST, 1_001),
    `${base64url('{"alg":"none"}')}.${payload}.`,
    `${text}.${Buffer.from(bytes).toString("base64url")}`,
    "nonsense",
  ];
  for (const token of wrong) {
    const answer = await ask(token, "GET", "/v1/balances");
    assert.equal(codeOf(answer), "401 token_invalid", token);
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer .*error="invalid_token"/);
  }
  const past = Math.floor(Date.now() / 1_000) - 60;
  const expired = await ask(await tokenOf(FIRST, 1, { exp: past }), "GET", "/v1/balances");
  assert.equal(codeOf(expired), "401 token_expired");
  const reader = await tokenOf(FIRST, 1, { scope: "read" });
  assert.equal(codeOf(await ask(reader, "DELETE", "/v1/orders")), "403 scope_missing");
  const headers = signed.headersOf("GET", "/v1/balances", "");
  const both = await ask(reader, "GET", "/v1/balances", undefined, headers);
  assert.equal(codeOf(both), "400 two_credentials");
  assert.equal(jwks.requests, before, "none of them made a fetch");
}

/** Sends the token until it is answered so; within the time that a revocation may take. */
async function becomes({ ask }: Setting, token: string, code: string): Promise<void> {
  const began = performance.now();
  let seen = "";
  while (performance.now() - began < REVOKED_MILLIS_MAX) {
    seen = codeOf(await ask(token, "GET", "/v1/balances"));
    if (seen === code) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${seen} still, ${REVOKED_MILLIS_MAX} ms after it was revoked`);
}

async function revoke(setting: Setting): Promise<void> {
  const { ask, store } = setting;
  const [one, other] = await Promise.all(
    ["one", "other"].map((jti) => tokenOf(FIRST, 1, { jti })),
  );
  for (const token of [one, other]) {
    assert.equal((await ask(token, "GET", "/v1/balances")).status, 200);
  }
  await store.put(revokedToken("one"));
  await becomes(setting, one, "401 token_invalid");
  assert.equal((await ask(other, "GET", "/v1/balances")).status, 200);
}

async function rollOver({ ask, jwks }: Setting): Promise<void> {
  const [old, fresh] = await Promise.all([tokenOf(FIRST, 1), tokenOf(SECOND, 1)]);
  assert.equal((await ask(old, "GET", "/v1/balances")).status, 200);
  const before = jwks.requests;
  jwks.keys = [SECOND.jwk];
  await eventually("a fetch of the new set", async () => {
    const code = codeOf(await ask(fresh, "GET", "/v1/balances"));
    if (code === "200") return true;
    assert.equal(code, "401 token_invalid", "within the cooldown the key is not known");
    return undefined;
  });
  assert.equal(jwks.requests, before + 1, "one, however often it was asked for");
  assert.equal(codeOf(await ask(old, "GET", "/v1/balances")), "401 token_invalid");
}

async function loseServer({ ask, jwks }: Setting): Promise<void> {
  await jwks[Symbol.asyncDispose]();
  const token = await tokenOf(SECOND, 2);
  assert.equal((await ask(token, "GET", "/v1/balances")).status, 200, "a key that is known");
  const unknown = await TokenSigner.make("ES256", "third");
  await eventually("an unknown key that cannot be asked for", async () => {
    const code = codeOf(await ask(await tokenOf(unknown, 1), "GET", "/v1/balances"));
    return code === "503 keys_unavailable" ? true : undefined;
  });
  assert.equal((await ask(token, "GET", "/v1/balances")).status, 200);
}

async function steps(t: Deno.TestContext, setting: Setting): Promise<void> {
  const { jwks, store, ask } = setting;
  const early = await ask(await tokenOf(FIRST, 1), "GET", "/v1/balances");
  assert.equal(codeOf(early), "401 token_invalid", "nobody knows the issuer");
  const record = issuerRecord({ by: "url", url: jwks.url });
  await store.put(record);
  await eventually("the issuer", async () => {
    const { status } = await ask(await tokenOf(FIRST, 1), "GET", "/v1/balances");
    return status === 200 ? true : undefined;
  });
  await t.step("a token trades for its account, once under a name", () => trade(setting));
  await t.step("what is no token of the issuer is refused", () => refuse(setting));
  await t.step("a token ends within two seconds when it is revoked", () => revoke(setting));
  await t.step("a new key is found, and the old one ends", () => rollOver(setting));
  await t.step("the server is down: what is known goes on", () => loseServer(setting));
  await t.step("all tokens end within two seconds with their issuer", async () => {
    const token = await tokenOf(SECOND, 1);
    assert.equal((await ask(token, "GET", "/v1/balances")).status, 200);
    await store.put({ ...record, revoked: true });
    await becomes(setting, token, "401 token_invalid");
  });
}

Deno.test("a market of one command: users of an app trade with its tokens", (t) =>
  withDataDirectory(async (data, keep) => {
    await using jwks = new JwksServer();
    jwks.keys = [FIRST.jwk];
    const env = { EDGEBOOK_JWKS_HOSTS: `127.0.0.1:${jwks.port}` };
    const { market, line } = await StartedMarket.start(data, [], env);
    keep(market);
    const signed = new RestClient(line.gateway, line.keys[0]);
    await withStore(
      data,
      line,
      (store) => steps(t, { jwks, store, signed, ask: askerOf(line) }),
    );
    assert.equal((await market.end("SIGTERM")).code, 0);
    const said = await market.stderr;
    assert.match(said, /key set of 127\.0\.0\.1:\d+: the server gave no answer/);
    assert.doesNotMatch(said, /eyJ/, "no token in the log");
  }));
