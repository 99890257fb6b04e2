import assert from "node:assert/strict";
import { decode } from "@nats-io/jwt";
import { KeyStoreError } from "../../../infra/nats/errors.ts";
import { openInstallation, writeCredentialFiles } from "../../../infra/nats/operator.ts";
import { parseCredentials, readClaims } from "../../../infra/nats/jwt.ts";
import { USER_NAMES } from "../../../infra/nats/users.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "edgebook-keys-" });
  try {
    await body(`${folder}/nats`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const permissions = (path: string) => ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);

Deno.test("keys are made once and the same ever after, whatever the shards", async () => {
  await withFolder(async (folder) => {
    const first = await openInstallation(folder, [0], 1_000);
    const again = await openInstallation(folder, [0, 1], 2_000_000);
    for (const name of USER_NAMES) {
      const [one, two] = [first, again].map(({ credentials }) =>
        parseCredentials(credentials[name])
      );
      assert.equal(one.seed, two.seed, name);
      assert.equal(readClaims(one.jwt).sub, readClaims(two.jwt).sub, name);
    }
    assert.deepEqual(first.appSigner, again.appSigner);
    assert.equal(first.tradingAccount.publicKey, again.tradingAccount.publicKey);
    // Permissions follow the table of the present version, not the one of the first start.
    assert.match(JSON.stringify(readClaims(parseCredentials(again.credentials.matcher).jwt)), /_1/);
  });
});

Deno.test("two installations share no key", async () => {
  await withFolder((one) =>
    withFolder(async (two) => {
      const first = await openInstallation(one, [0], 0);
      const second = await openInstallation(two, [0], 0);
      assert.notEqual(first.appSigner.signingSeed, second.appSigner.signingSeed);
      assert.notEqual(first.credentials.admin, second.credentials.admin);
    })
  );
});

Deno.test("only the owner can read the keys", async () => {
  await withFolder(async (folder) => {
    const { credentials } = await openInstallation(folder, [0], 0);
    await writeCredentialFiles(`${folder}/creds`, credentials);
    assert.equal(permissions(folder), "700");
    assert.equal(permissions(`${folder}/keys.json`), "600");
    assert.equal(permissions(`${folder}/creds`), "700");
    for (const name of USER_NAMES) {
      assert.equal(permissions(`${folder}/creds/${name}.creds`), "600");
    }
    assert.equal(await Deno.readTextFile(`${folder}/creds/admin.creds`), credentials.admin);
    assert.match(
      await Deno.readTextFile(`${folder}/creds/subscriber.inbox`),
      /^_INBOX\.subscriber\.U[A-Z2-7]{55}\n$/,
    );
  });
});

Deno.test("a damaged key store is refused and left as it is", async () => {
  await withFolder(async (folder) => {
    await openInstallation(folder, [0], 0);
    const path = `${folder}/keys.json`;
    const good = await Deno.readTextFile(path);
    const seed = JSON.parse(good).seeds.matcher;
    const bads = [
      "",
      "{",
      "[]",
      good.replace('"version": 1', '"version": 2'),
      good.replace('"matcher"', '"other"'),
      good.replace(seed, seed.slice(0, -1)),
      good.replace(seed, `${seed.slice(0, -1)}${seed.endsWith("A") ? "B" : "A"}`),
    ];
    for (const bad of bads) {
      await Deno.writeTextFile(path, bad);
      await assert.rejects(openInstallation(folder, [0], 0), (error) => {
        assert.ok(error instanceof KeyStoreError, String(error));
        return error.message.includes(path) && !error.message.includes(seed);
      });
      assert.equal(await Deno.readTextFile(path), bad);
    }
  });
});

Deno.test("a key store from before a key came gets that key and keeps all others", async () => {
  await withFolder(async (folder) => {
    await openInstallation(folder, [0], 0);
    const path = `${folder}/keys.json`;
    const { seeds, version } = JSON.parse(await Deno.readTextFile(path));
    const added = ["apps", "backOffice", "public", "snapshots"];
    const isOld = ([name]: [string, unknown]) => !added.includes(name);
    const before = Object.fromEntries(Object.entries(seeds).filter(isOld));
    await Deno.writeTextFile(path, JSON.stringify({ version, seeds: before }));
    const first = await openInstallation(folder, [0], 0);
    const again = await openInstallation(folder, [0], 0);
    for (const name of ["snapshots", "backOffice"] as const) {
      const seedOf = ({ credentials }: typeof first) => parseCredentials(credentials[name]).seed;
      assert.equal(seedOf(again), seedOf(first));
    }
    assert.equal(again.appSigner.accountPublicKey, first.appSigner.accountPublicKey);
    const after: Record<string, string> = JSON.parse(await Deno.readTextFile(path)).seeds;
    assert.deepEqual(Object.fromEntries(Object.entries(after).filter(isOld)), before);
    assert.equal(new Set(added.map((name) => after[name])).size, added.length);
  });
});

Deno.test("the reference implementation accepts every JWT, with the issuers in a chain", async () => {
  await withFolder(async (folder) => {
    const made = await openInstallation(folder, [0], 0);
    const operator = decode(made.operatorJwt);
    assert.equal(operator.iss, operator.sub);
    const { outsideAccounts, systemAccount, tradingAccount } = made;
    for (const account of [systemAccount, tradingAccount, ...Object.values(outsideAccounts)]) {
      const claims = decode(account.jwt);
      assert.equal(claims.iss, operator.sub);
      assert.equal(claims.sub, account.publicKey);
    }
    for (const name of USER_NAMES) {
      const issuer = name === "subscriber" ? outsideAccounts.public : tradingAccount;
      assert.equal(
        decode(parseCredentials(made.credentials[name]).jwt).iss,
        issuer.publicKey,
        name,
      );
    }
  });
});

Deno.test("the key that gateways hold is a scoped one, and not the account's", async () => {
  await withFolder(async (folder) => {
    const { appSigner, outsideAccounts, tradingAccount } = await openInstallation(folder, [0], 0);
    const { apps } = outsideAccounts;
    const keysOf = (jwt: string) =>
      decode<{ signing_keys?: { kind: string; key: string }[] }>(jwt).nats.signing_keys;
    assert.deepEqual(keysOf(apps.jwt)?.map(({ kind }) => kind), ["user_scope"]);
    assert.notEqual(keysOf(apps.jwt)?.[0].key, apps.publicKey);
    assert.equal(appSigner.accountPublicKey, apps.publicKey);
    for (const { jwt } of [tradingAccount, outsideAccounts.public]) {
      assert.equal(keysOf(jwt), undefined, "nobody else's users are minted");
    }
  });
});
