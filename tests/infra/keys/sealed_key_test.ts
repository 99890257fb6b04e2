import assert from "node:assert/strict";
import type { KeyRecord } from "../../../infra/keys/key_record.ts";
import {
  importMasterKey,
  MasterKeyError,
  openKey,
  SEALED_KEY_BYTES_MAX,
  SealedKeyError,
  sealKey,
} from "../../../infra/keys/sealed_key.ts";

const SECRET = "s".repeat(43);
const RECORD: KeyRecord = {
  id: "demo-key-1",
  account: 1,
  kind: "hmac",
  secret: SECRET,
  scopes: ["read", "trade"],
  createdMicros: 1_700_000_000_000_000,
  expiresMicros: null,
  revoked: false,
  tier: null,
  addresses: [],
};
const master = await importMasterKey("0123456789abcdef".repeat(4));

const refused = (reason: SealedKeyError["reason"]) => (error: unknown): boolean =>
  error instanceof SealedKeyError && error.reason === reason && error.keyId === RECORD.id &&
  !error.message.includes(SECRET);

Deno.test("a record opens as it was sealed, and no two sealings are alike", async () => {
  const ed25519: KeyRecord = {
    id: "other-key",
    account: 0,
    kind: "ed25519",
    publicKey: `${"A".repeat(43)}=`,
    scopes: ["admin"],
    createdMicros: 0,
    expiresMicros: 5,
    revoked: true,
    tier: null,
    addresses: [],
  };
  for (const record of [RECORD, ed25519]) {
    const [one, other] = [await sealKey(master, record), await sealKey(master, record)];
    assert.notDeepEqual(one, other);
    assert.deepEqual(await openKey(master, record.id, one), record);
    assert.deepEqual(await openKey(master, record.id, other), record);
    const text = new TextDecoder("latin1").decode(one);
    assert.ok(!text.includes(record.id) && !text.includes(SECRET));
  }
});

Deno.test("a record that was touched anywhere does not open", async () => {
  const sealed = await sealKey(master, RECORD);
  for (let at = 0; at < sealed.length; at++) {
    const touched = sealed.slice();
    touched[at] ^= 1;
    const reason = at === 0 ? "version" : "authentication";
    await assert.rejects(openKey(master, RECORD.id, touched), refused(reason), `byte ${at}`);
  }
});

Deno.test("a record does not open under another id or another master key", async () => {
  const sealed = await sealKey(master, { ...RECORD, id: "another-key" });
  await assert.rejects(openKey(master, RECORD.id, sealed), refused("authentication"));
  const other = await importMasterKey("f".repeat(64));
  const own = await sealKey(master, RECORD);
  await assert.rejects(openKey(other, RECORD.id, own), refused("authentication"));
});

Deno.test("a length that cannot be is refused before anything is decrypted", async () => {
  for (const length of [0, 1, 29, SEALED_KEY_BYTES_MAX + 1]) {
    await assert.rejects(openKey(master, RECORD.id, new Uint8Array(length)), refused("length"));
  }
});

Deno.test("what could not be read again is not sealed, and the error shows no contents", async () => {
  const wrong: readonly Record<string, unknown>[] = [
    { account: -1 },
    { account: 4_294_967_296 },
    { secret: "short" },
    { scopes: [] },
    { scopes: ["read", "read"] },
    { scopes: ["root"] },
    { createdMicros: 0.5 },
    { surplus: 1 },
  ];
  for (const fields of wrong) {
    const record = { ...RECORD, ...fields } as unknown as KeyRecord;
    await assert.rejects(sealKey(master, record), (error: unknown) => {
      const [field] = Object.keys(fields);
      return refused("content")(error) && (error as Error).message.includes(field);
    }, JSON.stringify(fields));
  }
});

Deno.test("the master key is 64 hexadecimal digits and is never shown", async () => {
  for (const text of ["", "0".repeat(63), "g".repeat(64), "0".repeat(66)]) {
    await assert.rejects(
      importMasterKey(text),
      (error: unknown) =>
        error instanceof MasterKeyError && (text === "" || !error.message.includes(text)),
    );
  }
  await assert.rejects(crypto.subtle.exportKey("raw", master), "it cannot be exported");
});
