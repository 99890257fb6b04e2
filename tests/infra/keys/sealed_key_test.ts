import assert from "node:assert/strict";
import type { KeyRecord } from "../../../infra/keys/key_record.ts";
import { importMasterKeys } from "../../../infra/keys/master_key.ts";
import {
  isSealedAnew,
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
const [OLD, NEW] = ["0123456789abcdef".repeat(4), "f".repeat(64)];
const master = await importMasterKeys(OLD);
/** Sealed by the version 1 of this format, of RECORD as it is and as it was before it had a tier. */
const SEALED_BY_VERSION_1 = [
  "0121068df1187b54ebd82ae837ae306fb94c7d8e74bc71f2c1917eaee67f34b6a18033b0917e7c729a532f3a845b76c9" +
  "99a3b4b23b04723cdf4f22227bfe55750a08bf1cd105b079ee26bbfd1fb184db3a31235ec46849c0a898a8c7a49e26f9" +
  "52e2bc1eec1d59d644a5e67480580a772bd1cde34d722e6ad6db2bce1621562ba4c518239d8026610e467b39f8681c3c" +
  "c3292037d3d73ea8f2d46d626c9ad3afdec9cec7c977c058e7b82b1c1d0f187a8b32e35b8739add4b3eaa2832c48a3f1" +
  "89fe78af063ef377c503e979fb19b23f0e05b94305905d164d2d6e549c10f7c7d868c9caaa480a7565e143ef29754476" +
  "e9d614181e5f75d1ab2b300a",
  "01c81a56939779022d6e0d9eb8961b07133858e6801db49c8b37c4e8f98c2a746b4eac279d6769dd3544c0c7c3bd6eeb" +
  "e49819c6a70847805aab59b33f1410dfa74074ddbfdaaacf4140a955e9469fecf02978c3fc0fe0209fe747a3b5afb1eb" +
  "6e1e6318ea5991e5a445edfde616034c41dd48bf999eef6c11ede35f0a07817645929b420ba3491657c272e2a1a317e5" +
  "d50aa0c7758802b63878f1fb3bd5ea7ceb0c81d4a921699821f1f1e3931241ea781cac7aabed1c55a6687021b6817349" +
  "72ae3d29160938db3b71d99a28a95d4ba1b19999fa433c2d5b20a0b747ef5000aa",
];
/** Sealed by version 2, of RECORD. */
const SEALED_BY_VERSION_2 =
  "02f2c4ddba9676380d56364c3cd0981ff1048c2133bfc705bf181eb13de1b0361c060426220b95e9918a557bf0b2ae45" +
  "f7269bccf8a7aa184e253b975c88be05c0619281e6e50c95f19f5b8c6335b93b1b05fbadf639fc7323bab6ba0425a1dc" +
  "ab5fa49a4f10d1dec25613a62af90918f7582900da0070125061aad5cfbbcb87640228d71ff70afe2349f7b7195ca805" +
  "743d8669b00af1ebcdd6ad1e3424b4371b17012f2aa8c3aaf922ed907827eb41e0b84996ff403304ce7620d121d88a95" +
  "009de34961896c2f07719a3061745463dc6f428df969973f9a7a6ad6f6659603f70742cd1f75afd1490189fab8b707ba" +
  "d7615e9c51b1b6baad479b4a6d2648ea";

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
    const reason = at === 0 ? "version" : at <= 4 ? "masterKey" : "authentication";
    await assert.rejects(openKey(master, RECORD.id, touched), refused(reason), `byte ${at}`);
  }
});

Deno.test("a record does not open under another id or another master key", async () => {
  const sealed = await sealKey(master, { ...RECORD, id: "another-key" });
  await assert.rejects(openKey(master, RECORD.id, sealed), refused("authentication"));
  const other = await importMasterKeys(NEW);
  const own = await sealKey(master, RECORD);
  await assert.rejects(openKey(other, RECORD.id, own), refused("masterKey"));
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

Deno.test("golden: what version 1 sealed opens for ever, under whichever master key it was", async () => {
  const both = await importMasterKeys(`${NEW},${OLD}`);
  for (const hex of SEALED_BY_VERSION_1) {
    const sealed = Uint8Array.fromHex(hex);
    for (const masters of [master, both]) {
      assert.deepEqual(await openKey(masters, RECORD.id, sealed), RECORD);
      assert.equal(isSealedAnew(masters, sealed), false);
    }
    const none = await importMasterKeys(NEW);
    await assert.rejects(openKey(none, RECORD.id, sealed), refused("authentication"));
  }
});

Deno.test("golden: version 2 names its master key, and is sealed by the newest", async () => {
  const sealed = await sealKey(master, RECORD);
  assert.equal(sealed.subarray(0, 5).toHex(), "02f2c4ddba");
  const both = await importMasterKeys(`${NEW},${OLD}`);
  for (const one of [sealed, Uint8Array.fromHex(SEALED_BY_VERSION_2)]) {
    assert.deepEqual(await openKey(both, RECORD.id, one), RECORD);
  }
  assert.deepEqual([isSealedAnew(master, sealed), isSealedAnew(both, sealed)], [true, false]);
  const anew = await sealKey(both, RECORD);
  assert.equal(isSealedAnew(both, anew), true);
  assert.deepEqual(await openKey(await importMasterKeys(NEW), RECORD.id, anew), RECORD);
  await assert.rejects(openKey(master, RECORD.id, anew), (error: unknown) => {
    const named = Array.from(anew.subarray(1, 5), (byte) => byte.toString(16).padStart(2, "0"));
    return refused("masterKey")(error) && (error as Error).message.includes(named.join(""));
  });
});

Deno.test("a record of version 2 that is said to be of version 1 does not open", async () => {
  const sealed = await sealKey(master, RECORD);
  for (const bytes of [sealed, new Uint8Array([1, ...sealed.subarray(5)])]) {
    const touched = bytes.slice();
    touched[0] = 1;
    await assert.rejects(openKey(master, RECORD.id, touched), refused("authentication"));
  }
});

Deno.test("a record that is too long to be opened is not sealed", async () => {
  const addresses = Array.from({ length: 16 }, () => "a".repeat(64));
  const long: KeyRecord = {
    ...RECORD,
    addresses,
    kind: "issuer",
    issuer: "i".repeat(256),
    audience: "a".repeat(256),
    accountLeast: 1,
    accountMost: 2,
    verification: { by: "keys", keys: [{ x: "x".repeat(3_000) }] },
  } as unknown as KeyRecord;
  delete (long as Record<string, unknown>).secret;
  await assert.rejects(sealKey(master, long), refused("length"));
});
