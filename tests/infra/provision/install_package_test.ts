import assert from "node:assert/strict";
import { aptInstall, installTool } from "../../../infra/provision/install_package.ts";
import { TOOLS } from "../../../infra/provision/tools.ts";
import { FakeSystem } from "./fake_system.ts";

const APT = "DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120";

Deno.test("root runs apt-get itself: lists first, then the package and nothing beside it", async () => {
  const system = new FakeSystem().withApt("/usr/sbin/nats-server");
  assert.equal(await installTool(system, TOOLS["nats-server"], system.say), undefined);
  assert.deepEqual(system.ran, [
    "apt-get --version",
    `env ${APT} update`,
    `env ${APT} install -y --no-install-recommends nats-server`,
  ]);
});

Deno.test("another user goes through a sudo that asks for no password", async () => {
  const system = new FakeSystem().withApt("/usr/sbin/nats-server").withSudo(true);
  assert.equal(await aptInstall(system, ["libnats-dev", "gcc"], system.say), undefined);
  assert.deepEqual(system.ran.slice(1), [
    "sudo -n true",
    `sudo -n env ${APT} update`,
    `sudo -n env ${APT} install -y --no-install-recommends libnats-dev gcc`,
  ]);
});

Deno.test("a sudo that asks for a password, or none, is not used", async () => {
  const asking = new FakeSystem().withApt("/usr/sbin/nats-server").withSudo(false);
  assert.match(
    await aptInstall(asking, ["nats-server"], asking.say) ?? "",
    /needs root, or a sudo that asks for no password/,
  );
  const without = new FakeSystem().withApt("/usr/sbin/nats-server");
  without.isRoot = false;
  assert.match(await aptInstall(without, ["nats-server"], without.say) ?? "", /needs root/);
  for (const { ran } of [asking, without]) assert.ok(!ran.some((line) => line.includes("install")));
});

Deno.test("a machine without apt-get, or that is no Linux, says so", async () => {
  const system = new FakeSystem();
  assert.equal(await aptInstall(system, ["x"], system.say), "there is no apt-get");
  const windows = new FakeSystem().withApt("/x");
  windows.platform = "windows";
  assert.equal(
    await installTool(windows, TOOLS["nats-server"], windows.say),
    "there is no apt-get",
  );
});

Deno.test("old package lists are no obstacle, a failed installation is", async () => {
  const system = new FakeSystem().withApt("/usr/sbin/nats-server");
  const env = system.commands.get("env")!;
  system.commands.set(
    "env",
    (machine, args) =>
      args.includes("update") ? { code: 100, output: "offline" } : env(machine, args),
  );
  assert.equal(await aptInstall(system, ["nats-server"], system.say), undefined);
  assert.ok(system.said.includes("  apt-get update failed with code 100, going on"));

  const broken = new FakeSystem().withApt(undefined);
  assert.equal(
    await aptInstall(broken, ["nats-server"], broken.say),
    "apt-get install nats-server failed: E: no such package",
  );
});

Deno.test("the service that Debian's package starts is stopped and stays off", async () => {
  const systemd = new FakeSystem().withApt("/usr/sbin/nats-server").withSudo(true);
  systemd.files.set("/run/systemd/system", false);
  await installTool(systemd, TOOLS["nats-server"], systemd.say);
  assert.equal(systemd.ran.at(-1), "sudo -n systemctl disable --now nats-server");

  const init = new FakeSystem().withApt("/usr/bin/redis-server");
  init.files.set("/etc/init.d/redis-server", true);
  await installTool(init, TOOLS["redis-server"], init.say);
  assert.equal(init.ran.at(-1), "service redis-server stop");
  assert.equal(init.said.at(-1), "service redis-server stop (the project starts its own)");

  const browser = new FakeSystem().withApt("/usr/bin/chromium");
  browser.files.set("/run/systemd/system", false);
  await installTool(browser, TOOLS.chromium, browser.say);
  assert.ok(!browser.ran.some((line) => line.includes("systemctl")));
});

Deno.test("macOS uses brew", async () => {
  const system = new FakeSystem();
  system.platform = "darwin";
  assert.equal(await installTool(system, TOOLS["redis-server"], system.say), "there is no brew");
  system.commands.set("brew", () => ({ code: 0, output: "" }));
  assert.equal(await installTool(system, TOOLS.chromium, system.say), undefined);
  assert.equal(system.ran.at(-1), "brew install --cask chromium");
  system.commands.set(
    "brew",
    (_, args) =>
      args[0] === "install" ? { code: 1, output: "Error: no\n" } : { code: 0, output: "" },
  );
  assert.equal(
    await installTool(system, TOOLS["redis-server"], system.say),
    "brew install redis failed: Error: no",
  );
});
