import assert from "node:assert/strict";
import {
  accountOf,
  connectionLimits,
  CONNECTIONS_MAX,
  HOUSE_CONNECTIONS_MIN,
  OUTSIDE_ACCOUNTS,
  outsideClaims,
  systemClaims,
  tradingClaims,
} from "../../../infra/nats/accounts.ts";
import { USER_NAMES } from "../../../infra/nats/users.ts";

interface Claims {
  readonly limits: Record<string, number>;
  readonly default_permissions: unknown;
  readonly exports?: readonly { subject: string; type: string }[];
  readonly imports?: readonly { subject: string; type: string; account: string }[];
}

const outside = { public: "APUBLIC", apps: "AAPPS" };
const trading = tradingClaims({
  outside,
  movedUsers: ["UOLD"],
  nowSeconds: 7,
}) as unknown as Claims;
const claimsOf = (name: "public" | "apps") =>
  outsideClaims(name, { tradingKey: "ATRADING", connectionsMax: 5 }) as unknown as Claims;
const system = systemClaims("ATRADING") as unknown as Claims;
const subjects = (list: Claims["imports"] | Claims["exports"]) =>
  list?.map(({ subject }) => subject).sort() ?? [];

Deno.test("outsiders together leave a server's last connections to the house", () => {
  const { apps, public: readers } = connectionLimits();
  assert.equal(CONNECTIONS_MAX - apps - readers, HOUSE_CONNECTIONS_MIN);
  assert.equal(connectionLimits({ apps: 1 }).public, readers);
  for (const bad of [0, -1, 1.5, NaN, readers + 1]) {
    assert.throws(() => connectionLimits({ public: bad }), {
      name: "RangeError",
      message: `connections of public: ${bad} is no whole number from 1 to ${readers}`,
    });
  }
});

Deno.test("an account of outsiders is limited in every way, and the house's in none", () => {
  for (const name of OUTSIDE_ACCOUNTS) {
    const { conn, leaf, payload, subs, streams } = claimsOf(name).limits;
    assert.deepEqual({ conn, leaf, payload, subs }, {
      conn: 5,
      leaf: 0,
      payload: 1_024,
      subs: 1_000,
    });
    assert.equal(streams, undefined, "no JetStream");
  }
  assert.equal(trading.limits.conn, -1);
});

Deno.test("a user without permissions of its own may do nothing in any account", () => {
  for (const claims of [system, trading, claimsOf("public"), claimsOf("apps")]) {
    assert.deepEqual(claims.default_permissions, { pub: { deny: [">"] }, sub: { deny: [">"] } });
  }
});

Deno.test("what crosses between accounts is listed here, and all of it as streams", () => {
  assert.deepEqual(subjects(claimsOf("public").imports), ["_INBOX.subscriber.>", "md.*.*.>"]);
  assert.deepEqual(subjects(claimsOf("apps").imports), ["_INBOX.app.>", "md.*.*.>", "user.>"]);
  assert.deepEqual(subjects(trading.exports), [
    "_INBOX.app.>",
    "_INBOX.subscriber.>",
    "md.*.*.>",
    "user.>",
  ]);
  for (const name of OUTSIDE_ACCOUNTS) {
    assert.deepEqual(subjects(claimsOf(name).exports), ["md.snapshot.*"]);
  }
  assert.deepEqual(trading.imports?.map(({ account, subject }) => `${account} ${subject}`), [
    "APUBLIC md.snapshot.*",
    "AAPPS md.snapshot.*",
  ]);
  const crossing = [system, trading, ...OUTSIDE_ACCOUNTS.map(claimsOf)]
    .flatMap(({ exports, imports }) => [...exports ?? [], ...imports ?? []]);
  // A request to an imported service whose reply is a wildcard ends nats-server 2.9.10.
  assert.deepEqual([...new Set(crossing.map(({ type }) => type))], ["stream"]);
});

Deno.test("only the public credentials are those of an outsider", () => {
  assert.deepEqual(USER_NAMES.filter((name) => accountOf(name) !== "trading"), ["subscriber"]);
});
