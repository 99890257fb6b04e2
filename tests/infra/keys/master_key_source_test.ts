import assert from "node:assert/strict";
import { MasterKeySource } from "../../../infra/keys/master_key_source.ts";

const YOUNG = "1b".repeat(32);
const OLD = "2c".repeat(32);

Deno.test("a file of master keys is read as it is now, and a bad one is told once and shown never", async () => {
  const path = await Deno.makeTempFile({ prefix: "edgebook-master-" });
  try {
    const errors: string[] = [];
    const source = new MasterKeySource(path, (error) => errors.push(error.message));
    await Deno.writeTextFile(path, `${OLD}\n`);
    assert.equal(await source.read(), OLD);
    await Deno.writeTextFile(path, `${YOUNG}\n${OLD}\n`);
    assert.equal(await source.read(), `${YOUNG}\n${OLD}`);
    assert.equal(errors.length, 0);
    for (const text of ["", YOUNG.slice(1), `${YOUNG}\nx`, `${YOUNG}\n`.repeat(100)]) {
      await Deno.writeTextFile(path, text);
      assert.equal(await source.read(), null);
    }
    assert.equal(errors.length, 1);
    assert.ok(!errors[0].includes(YOUNG.slice(1, 20)));
    await Deno.remove(path);
    assert.equal(await source.read(), null);
    assert.match(errors[1], /cannot be read/);
    await Deno.writeTextFile(path, OLD);
    assert.equal(await source.read(), OLD);
    await Deno.remove(path);
    assert.equal(await source.read(), null);
    assert.equal(errors.length, 3, "what went wrong again is told again");
  } finally {
    await Deno.remove(path).catch(() => {});
  }
});
