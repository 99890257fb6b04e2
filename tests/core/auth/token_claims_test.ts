import assert from "node:assert/strict";
import fc from "fast-check";
import { AuthCode } from "../../../core/auth/auth_code.ts";
import {
  readTokenClaims,
  TOKEN_CLOCK_TOLERANCE_SECONDS,
  TOKEN_LIFE_SECONDS_MAX,
  type TokenClaims,
} from "../../../core/auth/token_claims.ts";

const NOW_SECONDS = 1_700_000_000;
const NOW_MICROS = NOW_SECONDS * 1_000_000;
const TERMS = {
  issuer: "https://id.example",
  audience: "edgebook",
  accountLeast: 100,
  accountMost: 199,
  scopes: ["read", "trade"],
} as const;
const GOOD = {
  iss: TERMS.issuer,
  aud: TERMS.audience,
  exp: NOW_SECONDS + 600,
  edgebook_account: "150",
  scope: "trade read profile",
};
const { tokenInvalid, tokenExpired } = AuthCode;

const read = (changes: Record<string, unknown> = {}, nowMicros = NOW_MICROS) =>
  readTokenClaims({ ...GOOD, ...changes }, TERMS, nowMicros);

function good(changes: Record<string, unknown> = {}): TokenClaims<string> {
  const claims = read(changes);
  assert.ok(typeof claims !== "number", `refused: ${JSON.stringify(changes)}`);
  return claims;
}

Deno.test("a token vouches for its account, until it expires and the clocks may differ", () => {
  assert.deepEqual(good({ jti: "t1" }), {
    account: 150,
    scopes: ["read", "trade"],
    tokenId: "t1",
    expiresMicros: NOW_MICROS + (600 + TOKEN_CLOCK_TOLERANCE_SECONDS) * 1_000_000,
  });
  assert.equal(good().tokenId, null);
});

Deno.test("of the scopes it gets those that it names and its issuer may give", () => {
  const scopesOf = (scope: unknown) => good({ scope }).scopes;
  assert.deepEqual(scopesOf("read"), ["read"]);
  assert.deepEqual(scopesOf("admin read"), ["read"], "the issuer may not give it");
  for (const none of [undefined, "", "openid", "READ", ["read"], { read: true }, "read,trade"]) {
    assert.deepEqual(scopesOf(none), [], JSON.stringify(none));
  }
});

Deno.test("the account is a whole number or its decimal text, within the issuer's range", () => {
  for (const account of [100, 199, "100", "199", 150]) {
    assert.equal(good({ edgebook_account: account }).account, Number(account));
  }
  const others = [99, 200, "99", "200", "0150", "150.0", "1e2", " 150", "150 ", "0x96", 150.5];
  for (const account of [...others, -150, "", null, undefined, [150], { account: 150 }, true]) {
    assert.equal(read({ edgebook_account: account }), tokenInvalid, JSON.stringify(account));
  }
});

Deno.test("issuer and audience have to be the ones that were agreed on", () => {
  assert.equal(good({ aud: ["other", "edgebook"] }).account, 150);
  const cases = [
    { iss: "https://id.example/" },
    { iss: undefined },
    { iss: ["https://id.example"] },
    { aud: "other" },
    { aud: ["other"] },
    { aud: [] },
    { aud: undefined },
    { aud: "edgebook2" },
    { aud: { 0: "edgebook" } },
  ];
  for (const changes of cases) assert.equal(read(changes), tokenInvalid, JSON.stringify(changes));
});

Deno.test("a token that does not end, ends too late or is of the future is refused", () => {
  const latest = NOW_SECONDS + TOKEN_CLOCK_TOLERANCE_SECONDS;
  good({ exp: latest + TOKEN_LIFE_SECONDS_MAX, nbf: latest, iat: latest });
  good({ nbf: 0, iat: NOW_SECONDS - 0.5, exp: NOW_SECONDS + 0.25 });
  const cases = [
    { exp: undefined },
    { exp: String(GOOD.exp) },
    { exp: null },
    { exp: -1 },
    { exp: latest + TOKEN_LIFE_SECONDS_MAX + 1 },
    { exp: Infinity },
    { nbf: latest + 1 },
    { nbf: "0" },
    { nbf: null },
    { iat: latest + 1 },
    { iat: null },
    { jti: 7 },
    { jti: "" },
    { jti: null },
  ];
  for (const changes of cases) assert.equal(read(changes), tokenInvalid, JSON.stringify(changes));
});

Deno.test("that it has expired is said of a token where nothing else is wrong", () => {
  const end = NOW_MICROS + (600 + TOKEN_CLOCK_TOLERANCE_SECONDS) * 1_000_000;
  assert.ok(typeof read({}, end - 1) !== "number");
  assert.equal(read({}, end), tokenExpired);
  for (const changes of [{ aud: "other" }, { iss: "x" }, { edgebook_account: 1 }, { jti: 1 }]) {
    assert.equal(read(changes, end), tokenInvalid, JSON.stringify(changes));
  }
});

Deno.test("any claims give a result, never a throw, and never an account out of range", () => {
  const some = fc.record(
    Object.fromEntries(
      [...Object.keys(GOOD), "nbf", "iat", "jti"].map((name) => [
        name,
        fc.oneof(fc.constant(GOOD[name as keyof typeof GOOD]), fc.jsonValue()),
      ]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(some, fc.jsonValue()), (claims) => {
      const result = readTokenClaims(claims, TERMS, NOW_MICROS);
      if (typeof result === "number") return;
      assert.ok(result.account >= 100 && result.account <= 199);
      assert.ok(result.expiresMicros > NOW_MICROS);
    }),
    { numRuns: 2_000 },
  );
});
