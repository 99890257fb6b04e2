import assert from "node:assert/strict";
import {
  importMasterKeys,
  MASTER_KEYS_MAX,
  MasterKeyError,
  shownFingerprint,
} from "../../../infra/keys/master_key.ts";

const [ONE, OTHER] = ["0123456789abcdef".repeat(4), "F".repeat(64)];
const shown = async (text: string) =>
  (await importMasterKeys(text)).all.map(({ fingerprint }) => shownFingerprint(fingerprint));

Deno.test("a master key is 64 hexadecimal digits and is never shown", async () => {
  const wrong = ["", " ", "0".repeat(63), "g".repeat(64), "0".repeat(66), `${ONE},`, `,${ONE}`];
  for (const text of [...wrong, `${ONE};${OTHER}`, `${ONE},,${OTHER}`]) {
    await assert.rejects(
      importMasterKeys(text),
      (error: unknown) =>
        error instanceof MasterKeyError && !error.message.includes(text.trim() || "nothing") &&
        !error.message.includes("01234"),
      text,
    );
  }
  const { newest } = await importMasterKeys(ONE);
  await assert.rejects(crypto.subtle.exportKey("raw", newest.key), "it cannot be exported");
});

Deno.test("several stand with commas or line ends between them, the newest first", async () => {
  const both = await shown(`${ONE},${OTHER}`);
  assert.deepEqual(both, [...await shown(ONE), ...await shown(OTHER)]);
  for (const between of ["\n", "\r\n", ", ", " "]) {
    assert.deepEqual(await shown(`${ONE}${between}${OTHER}\n`), both);
  }
  const { all, newest } = await importMasterKeys(`${OTHER}\n${ONE}`);
  assert.equal(newest, all[0]);
  assert.equal(shownFingerprint(newest.fingerprint), both[1]);
  await assert.rejects(importMasterKeys(`${ONE}\nshort`), /master key 2 has 5 characters/);
  const many = Array(MASTER_KEYS_MAX + 1).fill(ONE).join(",");
  await assert.rejects(importMasterKeys(many), /9 master keys; at most 8/);
});

Deno.test("golden: the fingerprint of a key, whichever case its digits have", async () => {
  assert.deepEqual(await shown(ONE), ["f2c4ddba"]);
  assert.deepEqual(await shown(OTHER), await shown(OTHER.toLowerCase()));
});
