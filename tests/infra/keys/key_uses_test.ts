import assert from "node:assert/strict";
import { KeyUses, USES_PER_SECOND_MAX, WAITING_USES_MAX } from "../../../infra/keys/key_uses.ts";
import {
  type LastUse,
  readLastUse,
  readLastUses,
  readLastUsesOf,
  USE_RESOLUTION_MICROS,
} from "../../../infra/keys/last_use.ts";
import { KEY_USE_BYTES_MAX } from "../../../infra/nats/bucket_relay.ts";
import { Bucket } from "../../../infra/nats/kv.ts";
import { withNats } from "../nats/temporary_nats.ts";

const START = 1_700_000_000_000_000;
const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));

/** Notes with what was written of them. */
function notes(put: (id: string) => Promise<unknown> = () => Promise.resolve()) {
  const written: [string, LastUse][] = [];
  const uses = new KeyUses((id, value) => {
    written.push([id, JSON.parse(value)]);
    return put(id);
  });
  return { uses, written };
}

Deno.test("a use is noted at most once in a minute a key, with its address and time", async () => {
  const { uses, written } = notes();
  for (let second = 0; second < 120; second++) {
    uses.note("key-one-1", "203.0.113.7", START + second * 1_000_000);
    if (second % 60 === 0) await pause(150);
  }
  uses.note("key-two-2", "::1", START);
  await pause(150);
  assert.deepEqual(written, [
    ["key-one-1", { usedMicros: START, address: "203.0.113.7" }],
    ["key-one-1", { usedMicros: START + USE_RESOLUTION_MICROS, address: "203.0.113.7" }],
    ["key-two-2", { usedMicros: START, address: "::1" }],
  ]);
  assert.deepEqual(uses.status(), { waiting: 0, written: 3, failures: 0, dropped: 0 });
});

Deno.test("nothing is written on a request's way, and no more a second than the bound", async () => {
  const { uses, written } = notes();
  for (let index = 0; index < 200; index++) uses.note(`key-${index}`, "", START);
  assert.equal(written.length, 0);
  await pause(1_050);
  assert.ok(written.length <= USES_PER_SECOND_MAX, `${written.length} in a second`);
  assert.ok(written.length >= USES_PER_SECOND_MAX / 4, `${written.length} in a second`);
  uses.stop();
  const before = written.length;
  await pause(250);
  assert.equal(written.length, before, "nothing after the end");
});

Deno.test("memory is bounded: what has no room is counted, and noted when it is used again", async () => {
  const { uses, written } = notes();
  for (let index = 0; index < WAITING_USES_MAX + 5; index++) uses.note(`key-${index}`, "", START);
  assert.deepEqual(uses.status().dropped, 5);
  assert.equal(uses.status().waiting, WAITING_USES_MAX);
  await pause(250);
  uses.note(`key-${WAITING_USES_MAX}`, "", START + 1);
  assert.deepEqual(uses.status().dropped, 5);
  uses.stop();
  assert.ok(written.length > 0);
});

Deno.test("a note that is not stored is counted, throws nothing, and is made again at the next use", async () => {
  let fails = true;
  const { uses, written } = notes(() =>
    fails ? Promise.reject(new Error("no")) : Promise.resolve()
  );
  uses.note("key-one-1", "", START);
  await pause(150);
  assert.deepEqual([uses.status().failures, uses.status().written], [1, 0]);
  fails = false;
  uses.note("key-one-1", "", START + 1);
  await pause(150);
  assert.deepEqual([uses.status().failures, uses.status().written], [1, 1]);
  assert.equal(written.length, 2);
});

Deno.test("what a gateway notes the operator reads, through the relay and within its bounds", () =>
  withNats(async ({ connectAs }) => {
    const bucket = new Bucket(await connectAs("gateway"), "KEY_USES");
    const admin = await connectAs("admin");
    assert.equal((await readLastUses(admin)).size, 0);
    const errors: Error[] = [];
    const uses = new KeyUses((id, value) => bucket.put(id, value), (error) => errors.push(error));
    const address = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255";
    const use = { usedMicros: Number.MAX_SAFE_INTEGER, address };
    assert.ok(JSON.stringify(use).length < KEY_USE_BYTES_MAX);
    for (let index = 0; index < 5; index++) {
      uses.note(`key_longer_${index}`, address, use.usedMicros);
    }
    await pause(400);
    assert.deepEqual(errors, []);
    assert.deepEqual(
      [...(await readLastUses(admin)).keys()].sort(),
      [0, 1, 2, 3, 4].map((index) => `key_longer_${index}`),
    );
    assert.deepEqual(await readLastUse(admin, "key_longer_3"), use);
    const some = await readLastUsesOf(admin, ["key_longer_3", "key_never_used", "key_damaged"]);
    assert.deepEqual([...some], [["key_longer_3", use]]);
    assert.equal(await readLastUse(admin, "key_never_used"), null);
    await bucket.put("key_damaged", "no JSON");
    assert.equal(await readLastUse(admin, "key_damaged"), null);
    assert.equal((await readLastUses(admin)).size, 5);
  }));
