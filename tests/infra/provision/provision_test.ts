import assert from "node:assert/strict";
import { ProvisionError } from "../../../infra/provision/errors.ts";
import { findTool, provision } from "../../../infra/provision/provision.ts";
import { thisSystem } from "../../../infra/provision/system.ts";
import { FakeSystem } from "./fake_system.ts";

const provisionOn = (system: FakeSystem, name: Parameters<typeof provision>[0] = "nats-server") =>
  provision(name, { say: system.say, system });

Deno.test("the environment variable comes before PATH, PATH before the cache", async () => {
  const system = new FakeSystem();
  system.files.set("/cache/nats-server", true);
  assert.equal(await provisionOn(system), "/cache/nats-server");
  system.files.set("/usr/sbin/nats-server", true);
  assert.equal(await provisionOn(system), "/usr/sbin/nats-server");
  system.files.set("/usr/bin/nats-server", true);
  assert.equal(await provisionOn(system), "/usr/bin/nats-server");
  system.files.set("/opt/mine", true);
  system.variables.set("EDGEBOOK_NATS_SERVER", "/opt/mine");
  assert.equal(await provisionOn(system), "/opt/mine");
  assert.deepEqual(system.ran, [], "nothing was run");
  assert.deepEqual(system.said, [], "nothing was said");
});

Deno.test("a file that cannot be executed is not taken", async () => {
  const system = new FakeSystem().withApt("/usr/sbin/nats-server");
  system.files.set("/usr/bin/nats-server", false);
  assert.equal(await provisionOn(system), "/usr/sbin/nats-server");
});

Deno.test("a variable that names no executable is an error, whatever else is installed", async () => {
  const system = new FakeSystem();
  system.files.set("/usr/bin/redis-server", true);
  system.variables.set("EDGEBOOK_REDIS_SERVER", "/nowhere");
  await assert.rejects(provisionOn(system, "redis-server"), (error) => {
    assert.ok(error instanceof ProvisionError);
    return error.message.includes("EDGEBOOK_REDIS_SERVER=/nowhere");
  });
});

Deno.test("each tool has its own variable and its own names", async () => {
  const system = new FakeSystem();
  system.files.set("/usr/bin/chromium-browser", true);
  assert.equal(await provisionOn(system, "chromium"), "/usr/bin/chromium-browser");
  system.files.set("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", true);
  system.files.delete("/usr/bin/chromium-browser");
  assert.match(await provisionOn(system, "chromium"), /Google Chrome$/);
  system.files.set("/opt/chrome", true);
  system.variables.set("EDGEBOOK_CHROMIUM", "/opt/chrome");
  assert.equal(await provisionOn(system, "chromium"), "/opt/chrome");
});

Deno.test("as root apt-get installs it, and each step is said before it is taken", async () => {
  const system = new FakeSystem().withApt("/usr/sbin/nats-server");
  assert.equal(await provisionOn(system), "/usr/sbin/nats-server");
  assert.deepEqual(system.said, [
    "nats-server is not installed; installing it",
    "apt-get update (package lists)",
    "apt-get install nats-server",
    "nats-server is installed: /usr/sbin/nats-server",
  ]);
  assert.equal(system.locksHeld, 0, "the lock was released");
});

Deno.test("without apt-get's help the pinned release is downloaded, and a wrong one refused", async () => {
  const system = new FakeSystem();
  const url = "https://github.com/nats-io/nats-server/releases/download/v2.12.7/" +
    "nats-server-v2.12.7-linux-amd64.tar.gz";
  system.downloads.set(url, new TextEncoder().encode("not the release"));
  await assert.rejects(provisionOn(system), (error) => {
    assert.ok(error instanceof ProvisionError);
    assert.match(error.message, /there is no apt-get; .*SHA-256 [0-9a-f]{64}, expected 570d2d62/s);
    return true;
  });
  assert.ok(system.said.includes(`downloading ${url}`));
  assert.equal(system.written.size, 0, "nothing was written");
  assert.equal(system.locksHeld, 0);
});

Deno.test("the error ends with two lines of what to type", async () => {
  const system = new FakeSystem().withApt(undefined);
  await assert.rejects(provisionOn(system, "redis-server"), (error) => {
    assert.ok(error instanceof ProvisionError);
    const lines = error.message.split("\n");
    assert.equal(lines[0], "redis-server: apt-get install redis-server failed: E: no such package");
    assert.deepEqual(lines.slice(1), [
      "Install it:  sudo apt-get update && sudo apt-get install redis-server",
      "or name the executable:  export EDGEBOOK_REDIS_SERVER=/path/to/redis-server",
    ]);
    return true;
  });
  const mac = new FakeSystem();
  mac.platform = "darwin";
  await assert.rejects(
    provisionOn(mac, "chromium"),
    (error) =>
      error instanceof ProvisionError &&
      error.advice[0] === "Install it:  brew install --cask chromium",
  );
});

Deno.test("while another process installs, this one waits, says so and finds", async () => {
  const system = new FakeSystem();
  system.lockRefusals = 2;
  const tryLock = system.tryLock.bind(system);
  system.tryLock = async () => {
    const lock = await tryLock();
    // The other process has installed it by the time it lets go.
    if (lock !== undefined) system.files.set("/usr/sbin/nats-server", true);
    return lock;
  };
  assert.equal(await provisionOn(system), "/usr/sbin/nats-server");
  assert.match(system.said[0], /^another process is installing nats-server: 0 s$/);
  assert.deepEqual(system.ran, [], "nothing was installed twice");
});

Deno.test("on this machine nats-server is found, and says its version", async () => {
  const path = await provision("nats-server", { say: console.error });
  assert.equal(await findTool("nats-server", thisSystem()), path);
  const { code, stdout } = await new Deno.Command(path, { args: ["--version"] }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /nats-server: v\d+\.\d+\.\d+/);
});
