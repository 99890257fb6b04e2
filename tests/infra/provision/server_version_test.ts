import assert from "node:assert/strict";
import { ProvisionError } from "../../../infra/provision/errors.ts";
import { provision } from "../../../infra/provision/provision.ts";
import {
  formatVersion,
  isAtLeast,
  parseVersion,
  serverVersion,
} from "../../../infra/provision/server_version.ts";

Deno.test("a version is read out of what servers print", () => {
  assert.deepEqual(parseVersion("nats-server: v2.9.10"), { major: 2, minor: 9, patch: 10 });
  assert.deepEqual(parseVersion("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1"), {
    major: 7,
    minor: 0,
    patch: 15,
  });
  assert.deepEqual(parseVersion("v2.14.0-RC.2"), { major: 2, minor: 14, patch: 0 });
  for (const text of ["", "v2", "2.9", "nats"]) assert.equal(parseVersion(text), undefined);
});

Deno.test("versions compare by numbers, not by letters", () => {
  const version = { major: 2, minor: 9, patch: 10 };
  assert.ok(isAtLeast(version, 2, 9));
  assert.ok(isAtLeast(version, 1, 99));
  assert.ok(!isAtLeast(version, 2, 10));
  assert.ok(!isAtLeast(version, 3, 0));
  assert.equal(formatVersion(version), "2.9.10");
});

Deno.test("the installed nats-server says its version", async () => {
  const path = await provision("nats-server", { say: console.error });
  assert.ok(isAtLeast(await serverVersion(path), 2, 9));
});

Deno.test("a path that does not run, or says no version, is an error that names it", async () => {
  await assert.rejects(serverVersion("/no/such/server"), (error) => {
    assert.ok(error instanceof ProvisionError);
    return error.message.includes("/no/such/server");
  });
  await assert.rejects(serverVersion("/bin/true"), /says no version/);
});
