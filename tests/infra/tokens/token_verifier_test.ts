import assert from "node:assert/strict";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import { issuerKeyId, revokedTokenId } from "../../../infra/keys/issuer_id.ts";
import { KeysUnavailableError } from "../../../infra/keys/key_cache.ts";
import type { IssuerRecord, KeyRecord } from "../../../infra/keys/key_record.ts";
import { type VerifyingKey, verifyingKeyOf } from "../../../infra/keys/verify_signature.ts";
import { findIn } from "../../../infra/tokens/fetch_jwks.ts";
import { IssuerKeys } from "../../../infra/tokens/issuer_keys.ts";
import {
  REFUSED_MICROS,
  TokenVerifier,
  type TokenVerifierOptions,
} from "../../../infra/tokens/token_verifier.ts";
import {
  claimsOf,
  ISSUER,
  ISSUER_SECRET,
  issuerRecord,
  revokedToken,
  TokenSigner,
} from "../../support/token_issuer.ts";

const NOW_MICROS = 1_700_000_000_000_000;
const NOW_MILLIS = NOW_MICROS / 1_000;
const { tokenInvalid, tokenExpired } = AuthCode;
const [HS256, ES256, EDDSA] = await Promise.all([
  TokenSigner.make("HS256"),
  TokenSigner.make("ES256", "es"),
  TokenSigner.make("EdDSA", "ed"),
]);
const SECRET = { by: "secret", secret: ISSUER_SECRET } as const;
const PUBLIC: IssuerRecord["verification"] = { by: "keys", keys: [ES256.jwk, EDDSA.jwk] };
const ISSUER_ID = issuerKeyId(ISSUER);

/** A verifier, the records behind it, and the clocks that a test moves. */
class Setting {
  nowMicros = NOW_MICROS;
  steadyMicros = 0;
  readonly records = new Map<string, VerifyingKey>();
  /** Ids in the order in which they were looked for. */
  readonly looked: string[] = [];
  /** While set, records come with a promise. */
  isSlow = false;
  /** The set that the issuer publishes. */
  published = [ES256.jwk];
  readonly verifier: TokenVerifier;

  constructor(options: Partial<TokenVerifierOptions> = {}) {
    const steadyMicros = () => this.steadyMicros;
    const fetchSet = () => {
      const text = JSON.stringify(this.published);
      return Promise.resolve({ text, find: findIn({ keys: JSON.parse(text) }) });
    };
    this.verifier = new TokenVerifier({
      records: { get: (id) => this.#get(id) },
      issuerKeys: new IssuerKeys({ steadyMicros, fetchSet }),
      steadyMicros,
      ...options,
    });
  }

  put(record: KeyRecord): void {
    this.records.set(record.id, verifyingKeyOf(record));
  }

  /** As a gateway asks: known, or else verified. */
  async ask(token: string) {
    const recalled = await this.verifier.recall(token, this.nowMicros);
    return recalled ?? await this.verifier.verify(token, this.nowMicros);
  }

  /** What is known of a token: its account, a code, or nothing. */
  async known(token: string): Promise<number | null> {
    const recalled = await this.verifier.recall(token, this.nowMicros);
    return recalled === null || typeof recalled === "number" ? recalled : recalled.account;
  }

  async account(token: string): Promise<number> {
    const verdict = await this.ask(token);
    return typeof verdict === "number" ? verdict : verdict.account;
  }

  #get(id: string): VerifyingKey | null | Promise<VerifyingKey | null> {
    this.looked.push(id);
    const record = this.records.get(id) ?? null;
    return this.isSlow ? Promise.resolve(record) : record;
  }
}

const withIssuer = (changes: Parameters<typeof issuerRecord>[1] = {}) => {
  const setting = new Setting();
  setting.put(issuerRecord(PUBLIC, changes));
  return setting;
};
const tokenOf = (account: number, changes: Record<string, unknown> = {}) =>
  ES256.sign(claimsOf(account, NOW_MILLIS, changes));

Deno.test("a token of each algorithm vouches for its account under limits of its own", async () => {
  for (const signer of [HS256, ES256, EDDSA]) {
    const setting = new Setting();
    const verification = signer === HS256 ? SECRET : PUBLIC;
    setting.put(issuerRecord(verification, { tier: "apps", scopes: ["trade"] }));
    assert.deepEqual(await setting.ask(await signer.sign(claimsOf(7, NOW_MILLIS))), {
      account: 7,
      issuerId: ISSUER_ID,
      subject: new LimitedSubject(`${ISSUER_ID}:7`),
      scopes: ["trade"],
      tier: "apps",
      ranges: null,
    });
  }
});

Deno.test("the fully specified name of an algorithm is taken as well", async () => {
  const setting = withIssuer();
  setting.put(issuerRecord({ by: "keys", keys: [{ ...EDDSA.jwk, alg: "Ed25519" }] }));
  const token = await EDDSA.sign(claimsOf(7, NOW_MILLIS), { alg: "Ed25519" });
  assert.equal(await setting.account(token), 7);
});

Deno.test("a verified token is known by its text, without a promise", async () => {
  const setting = withIssuer();
  const token = await tokenOf(7, { jti: "t1" });
  assert.equal(setting.verifier.recall(token, NOW_MICROS), null);
  const verified = await setting.ask(token);
  setting.looked.length = 0;
  assert.equal(setting.verifier.recall(`${token}`, NOW_MICROS), verified);
  assert.deepEqual(setting.looked, [ISSUER_ID, revokedTokenId(ISSUER, "t1")], "at each use");
  setting.isSlow = true;
  assert.equal(await setting.verifier.recall(token, NOW_MICROS), verified);
});

Deno.test("the family of algorithms is the issuer's, not the token's", async () => {
  const byKeys = withIssuer();
  assert.equal(await byKeys.account(await HS256.sign(claimsOf(7, NOW_MILLIS))), tokenInvalid);
  const bySecret = new Setting();
  bySecret.put(issuerRecord(SECRET));
  assert.equal(await bySecret.account(await tokenOf(7)), tokenInvalid);
  // A set that holds a secret does not make a secret of what everybody can read.
  const k = btoa(ISSUER_SECRET).replaceAll("=", "");
  const mixed = new Setting();
  mixed.put(issuerRecord({ by: "keys", keys: [{ kty: "oct", k, alg: "HS256" }, ES256.jwk] }));
  assert.equal(await mixed.account(await HS256.sign(claimsOf(7, NOW_MILLIS))), tokenInvalid);
  assert.equal(await mixed.account(await tokenOf(7)), 7);
  const [, payload, signature] = (await tokenOf(8)).split(".");
  for (const alg of ["none", "HS256", "RS256", "ES384"]) {
    const forged = `${btoa(JSON.stringify({ alg })).replaceAll("=", "")}.${payload}.${signature}`;
    assert.equal(await mixed.account(forged), tokenInvalid, alg);
  }
});

Deno.test("a token of an issuer that is not known, revoked or at its end is not valid", async () => {
  const token = await tokenOf(7);
  assert.equal(await new Setting().account(token), tokenInvalid);
  assert.equal(await withIssuer({ revoked: true }).account(token), tokenInvalid);
  assert.equal(await withIssuer({ expiresMicros: NOW_MICROS }).account(token), tokenInvalid);
  assert.equal(await withIssuer({ expiresMicros: NOW_MICROS + 1 }).account(token), 7);
  const setting = new Setting();
  const other = "https://other.example";
  setting.put({ ...issuerRecord(PUBLIC), id: issuerKeyId(other), issuer: other });
  assert.equal(await setting.account(token), tokenInvalid, "another issuer's, with the same keys");
  setting.records.set(ISSUER_ID, verifyingKeyOf(revokedToken("t")));
  assert.equal(await setting.account(token), tokenInvalid, "a record of another kind");
});

Deno.test("a known token ends with its issuer: revoked, at its end, changed or gone", async () => {
  const token = await tokenOf(7);
  const expiring = withIssuer({ expiresMicros: NOW_MICROS + 10 });
  assert.equal(await expiring.account(token), 7);
  expiring.nowMicros += 10;
  assert.equal(await expiring.known(token), tokenInvalid);
  const setting = withIssuer();
  assert.equal(await setting.account(token), 7);
  setting.put(issuerRecord(PUBLIC));
  assert.equal(await setting.known(token), null, "another object has to be looked at");
  assert.equal(await setting.account(token), 7);
  setting.put(issuerRecord(PUBLIC, { accountLeast: 8 }));
  assert.equal(await setting.account(token), tokenInvalid);
  setting.steadyMicros += REFUSED_MICROS;
  setting.put(issuerRecord(PUBLIC, { revoked: true }));
  assert.equal(await setting.account(token), tokenInvalid);
  setting.records.clear();
  assert.equal(await setting.account(token), tokenInvalid);
});

Deno.test("an issuer that ends while its token is being verified has ended", async () => {
  const setting = withIssuer();
  const token = await tokenOf(7);
  const verdict = setting.account(token);
  await Promise.resolve();
  setting.put(issuerRecord(PUBLIC, { revoked: true }));
  assert.equal(await verdict, tokenInvalid);
  assert.equal(await setting.known(token), null);
});

Deno.test("a token ends with the entry that revokes it, and no other does", async () => {
  const setting = withIssuer();
  const [one, other, nameless] = await Promise.all([
    tokenOf(7, { jti: "one" }),
    tokenOf(7, { jti: "other" }),
    tokenOf(7),
  ]);
  for (const token of [one, other, nameless]) assert.equal(await setting.account(token), 7);
  setting.put(revokedToken("one"));
  assert.equal(await setting.known(one), tokenInvalid);
  for (const token of [other, nameless]) assert.equal(await setting.known(token), 7);
  setting.put(issuerRecord(PUBLIC));
  assert.equal(await setting.account(one), tokenInvalid, "also when it is verified again");
});

Deno.test("a token ends at its time, known or not", async () => {
  const setting = withIssuer();
  const token = await tokenOf(7);
  assert.equal(await setting.account(token), 7);
  setting.nowMicros += 604_999_999;
  assert.equal(await setting.known(token), 7, "with the tolerance");
  setting.nowMicros += 1;
  assert.equal(await setting.known(token), tokenExpired);
  const fresh = withIssuer();
  fresh.nowMicros = setting.nowMicros;
  assert.equal(await fresh.account(token), tokenExpired);
  const forged = `${token.slice(0, -4)}AAAA`;
  assert.equal(await fresh.account(forged), tokenInvalid, "said only of what was signed");
});

Deno.test("a token ends with the key that signed it, when the published set loses it", async () => {
  const setting = withIssuer();
  setting.put(issuerRecord({ by: "url", url: "https://id.example/jwks" }));
  const token = await tokenOf(7);
  assert.equal(await setting.account(token), 7);
  setting.published = [EDDSA.jwk];
  setting.steadyMicros += 300_000_001;
  assert.equal(await setting.known(token), 7, "the set is fetched in the background");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(await setting.known(token), null);
  assert.equal(await setting.account(token), tokenInvalid);
  assert.equal(await setting.account(await EDDSA.sign(claimsOf(8, NOW_MILLIS))), 8);
});

Deno.test("a wrong token is not verified again for a while, and then it is", async () => {
  const setting = withIssuer();
  const early = await tokenOf(7, { nbf: NOW_MILLIS / 1_000 + 6 });
  assert.equal(await setting.account(early), tokenInvalid);
  setting.looked.length = 0;
  setting.nowMicros += 1_000_000;
  setting.steadyMicros += REFUSED_MICROS - 1;
  assert.equal(setting.verifier.recall(early, setting.nowMicros), tokenInvalid);
  assert.deepEqual(setting.looked, [], "nothing was asked");
  setting.steadyMicros += 1;
  assert.equal(await setting.account(early), 7);
});

Deno.test("the token that was used longest ago is forgotten when there are too many", async () => {
  const setting = new Setting({ tokensMax: 2, refusedTokensMax: 1 });
  setting.put(issuerRecord(PUBLIC));
  const tokens = await Promise.all([1, 2, 3].map((account) => tokenOf(account)));
  for (const token of tokens.slice(0, 2)) await setting.ask(token);
  assert.equal(await setting.known(tokens[0]), 1);
  await setting.ask(tokens[2]);
  assert.equal(await setting.known(tokens[1]), null);
  assert.deepEqual([await setting.known(tokens[0]), await setting.known(tokens[2])], [1, 3]);
  const wrong = await Promise.all([5, 6].map((account) => tokenOf(account, { aud: "other" })));
  for (const token of wrong) assert.equal(await setting.account(token), tokenInvalid);
  assert.equal(await setting.known(wrong[0]), null);
  assert.equal(await setting.known(wrong[1]), tokenInvalid);
});

Deno.test("so many are verified at once, one for those who bear the same token, and no more", async () => {
  const setting = new Setting({ verificationsMax: 2 });
  setting.put(issuerRecord(PUBLIC));
  const [one, other, third] = await Promise.all([1, 2, 3].map((account) => tokenOf(account)));
  const verify = (token: string) => setting.verifier.verify(token, NOW_MICROS);
  const running = [verify(one), verify(one), verify(other)];
  assert.equal(running[0], running[1]);
  await assert.rejects(verify(third), (error) => {
    assert.ok(error instanceof KeysUnavailableError && error.reason === "busy");
    assert.ok(!error.message.includes(third));
    return true;
  });
  const accounts = (await Promise.all(running)).map((one) => typeof one === "number" ? 0 : one);
  assert.deepEqual(accounts.map((one) => one === 0 ? 0 : one.account), [1, 1, 2]);
  assert.equal(await setting.account(third), 3);
});

Deno.test("what is wrong with a token is not said", async () => {
  const setting = withIssuer();
  const good = await tokenOf(7);
  const claims = claimsOf(7, NOW_MILLIS);
  const stranger = await TokenSigner.make("ES256", "es");
  const wrong = await Promise.all([
    stranger.sign(claims),
    ES256.sign({ ...claims, aud: "other" }),
    ES256.sign({ ...claims, edgebook_account: 1_001 }),
    ES256.sign({ ...claims, exp: NOW_MILLIS / 1_000 + 100_000 }),
    ES256.sign({ ...claims, iss: "https://other.example" }),
    ES256.sign([claims]),
    ES256.sign("text"),
    ES256.sign(claims, { kid: "another" }),
    ES256.sign(claims, { crit: ["x"], x: 1 }),
  ]);
  for (const token of [...wrong, "", "a.b.c", `${good.slice(0, -8)}AAAAAAAA`, good.slice(2)]) {
    assert.equal(await setting.account(token), tokenInvalid, token);
  }
  assert.equal(await setting.account(good), 7);
});

Deno.test("an issuer that is printed shows no secret", () => {
  const key = verifyingKeyOf(issuerRecord(SECRET));
  assert.ok(!`${JSON.stringify(key)}${Deno.inspect(key, { depth: 9 })}`.includes(ISSUER_SECRET));
});
