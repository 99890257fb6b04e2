/**
 * Issuers of tokens and revoked tokens, from the command line into the bucket and the journal.
 *
 * @module
 */
import assert from "node:assert/strict";
import { issuerKeyId, revokedTokenId } from "../../infra/keys/issuer_id.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { runTask, StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

const SECRET = "a-secret-that-both-of-them-have-and-nobody-else";
const URL_ISSUER = "https://id.example.com";
const KEYS_ISSUER = "https://keys.example.com/realm?a=b";
const SECRET_ISSUER = "house";
const JWK = { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43), kid: "one" };

const COMMON = ["--audience", "edgebook", "--accounts", "1000-1999"];
const BY_URL = ["--jwks-url", "https://id.example.com/keys"];

/** The command line of `deno task admin` on one market. */
class Operator {
  constructor(readonly data: string) {}

  run(...words: readonly string[]) {
    return runTask("admin", [...words, "--data", this.data]);
  }

  /** Runs it and expects it to work. */
  async done(...words: readonly string[]) {
    const { code, stdout, stderr } = await this.run(...words, "--json");
    assert.equal(code, 0, stderr);
    assert.ok(!stdout.includes(SECRET));
    return JSON.parse(stdout);
  }
}

Deno.test("issuers are added, changed, listed without secrets and revoked, and so are tokens", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await Deno.writeTextFile(`${data}/jwks.json`, JSON.stringify({ keys: [{ ...JWK, n: 1 }] }));
    await Deno.writeTextFile(`${data}/private.json`, JSON.stringify({ ...JWK, d: "private" }));
    await Deno.writeTextFile(`${data}/secret`, `${SECRET}\n`);
    await Deno.writeTextFile(`${data}/short`, "short");
    const operator = new Operator(data);
    await changes(operator);
    await refusals(operator);
    await stored(data, line.natsWebSocket);
    await lists(operator);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));

async function changes(operator: Operator): Promise<void> {
  const { data } = operator;
  await operator.done("issuers", "add", URL_ISSUER, ...COMMON, ...BY_URL, "--tier", "gold");
  const keys = ["--jwks-file", `${data}/jwks.json`, "--scopes", "read"];
  await operator.done("issuers", "add", KEYS_ISSUER, ...COMMON, ...keys);
  const house = ["issuers", "add", SECRET_ISSUER, ...COMMON, "--secret-file", `${data}/secret`];
  const [first, again] = [await operator.done(...house), await operator.done(...house)];
  assert.deepEqual([first.replaced, again.replaced], [false, true]);
  await operator.done("tokens", "revoke", SECRET_ISSUER, "token-1", "--hours", "2");
  await operator.done("issuers", "revoke", URL_ISSUER);
}

async function refusals(operator: Operator): Promise<void> {
  const { data } = operator;
  for (
    const [words, says] of [
      [["add", "x", ...BY_URL], /--accounts is missing; it takes a range/],
      [["add", "x", "--audience", "a", "--accounts", "9-1", ...BY_URL], /"9-1" takes a range/],
      [["add", "x", "--accounts", "1-9", ...BY_URL], /--audience is missing/],
      [["add", "x", ...COMMON], /say one of --jwks-url, --jwks-file and --secret-file/],
      [["add", "x", ...COMMON, ...BY_URL, "--secret-file", "f"], /say one of/],
      [["add", "x", ...COMMON, "--jwks-url", "http://id.example.com/"], /takes https:/],
      [["add", "x", ...COMMON, "--jwks-file", `${data}/private.json`], /private key or a secret/],
      [["add", "x", ...COMMON, "--jwks-file", `${data}/none.json`], /cannot be read/],
      [["add", "x", ...COMMON, "--secret-file", `${data}/short`], /has 5 characters/],
      [["add", "x", ...COMMON, ...BY_URL, "--scopes", "admin"], /takes some of read,trade/],
      [["revoke", "nobody"], /there is no issuer nobody; deno task admin issuers list/],
    ] as const
  ) {
    const { code, stderr } = await operator.run("issuers", ...words);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  }
  const nobody = await operator.run("tokens", "revoke", "nobody", "token-1", "--hours", "2");
  assert.match(nobody.stderr, /there is no issuer nobody/);
}

async function lists(operator: Operator): Promise<void> {
  const { issuers } = await operator.done("issuers", "list");
  assert.deepEqual(
    issuers.map(({ issuer, verification, revoked, scopes, tier }: Record<string, unknown>) => [
      issuer,
      verification,
      revoked,
      scopes,
      tier,
    ]),
    [
      [KEYS_ISSUER, { by: "keys", keys: [JWK] }, false, ["read"], null],
      [SECRET_ISSUER, { by: "secret" }, false, ["read", "trade"], null],
      [URL_ISSUER, { by: "url", url: BY_URL[1] }, true, ["read", "trade"], "gold"],
    ],
  );
  assert.match((await operator.run("issuers", "list")).stdout, /house .* a secret .*valid/);
  assert.equal((await operator.done("keys", "list")).keys.length, 3, "an issuer is no key");
  const wrong = await operator.run("keys", "revoke", issuerKeyId(KEYS_ISSUER));
  assert.match(wrong.stderr, /is no key, but an issuer or a token/);
  const { acts } = await operator.done("audit", "--limit", "6");
  assert.deepEqual(
    acts.map(({ act, subject }: { act: string; subject: string }) => [act, subject]),
    [
      ["issuerAdd", issuerKeyId(URL_ISSUER)],
      ["issuerAdd", issuerKeyId(KEYS_ISSUER)],
      ["issuerAdd", issuerKeyId(SECRET_ISSUER)],
      ["issuerAdd", issuerKeyId(SECRET_ISSUER)],
      ["tokenRevoke", revokedTokenId(SECRET_ISSUER, "token-1")],
      ["issuerRevoke", issuerKeyId(URL_ISSUER)],
    ],
  );
}

/** What gateways find in the bucket. */
async function stored(data: string, servers: string): Promise<void> {
  const credentials = await Deno.readTextFile(`${data}/nats/creds/admin.creds`);
  const connection = await connectNats({ servers, credentials, name: "issuer-lifecycle" });
  const master = await Deno.readTextFile(`${data}/secrets/master.key`);
  const store = await KeyStore.open(connection, master);
  const house = await store.load(issuerKeyId(SECRET_ISSUER));
  assert.ok(house?.kind === "issuer");
  const { accountLeast, accountMost, audience, issuer, verification } = house;
  assert.deepEqual(
    { accountLeast, accountMost, audience, issuer, verification },
    {
      accountLeast: 1_000,
      accountMost: 1_999,
      audience: "edgebook",
      issuer: SECRET_ISSUER,
      verification: { by: "secret", secret: SECRET },
    },
  );
  const token = await store.load(revokedTokenId(SECRET_ISSUER, "token-1"));
  assert.ok(token?.kind === "revokedToken" && token.expiresMicros !== null);
  const hours = (token.expiresMicros / 1_000 - Date.now()) / 3_600_000;
  assert.ok(hours > 1.9 && hours <= 2, `remembered for ${hours} h`);
  await connection.close();
}
