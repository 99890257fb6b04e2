/**
 * Installs packages with the system's package manager: apt-get as root or with a sudo that asks for
 * no password, or brew.
 *
 * @module
 */
import { withProgress } from "./progress.ts";
import type { System } from "./system.ts";
import type { Tool } from "./tools.ts";

/** Seconds that apt-get waits for another package manager at work. */
const APT_LOCK_SECONDS = 120;

/** How an installation went: `undefined` when it worked, else why it did not. */
export type InstallFailure = string | undefined;

/** Told what is about to be done. */
export type Say = (line: string) => void;

/** Installs a tool by whatever package manager the system has, and stops the service it starts. */
export async function installTool(system: System, tool: Tool, say: Say): Promise<InstallFailure> {
  if (system.platform === "darwin") return await brewInstall(system, tool.brewArguments, say);
  const failure = await aptInstall(system, [tool.aptPackage], say);
  if (failure === undefined && tool.service !== undefined) {
    await stopService(system, tool.service, say);
  }
  return failure;
}

/** Installs Debian packages. Each step is said before it is taken. */
export async function aptInstall(
  system: System,
  packages: readonly string[],
  say: Say,
): Promise<InstallFailure> {
  if (system.platform !== "linux" || (await system.run("apt-get", ["--version"])).code !== 0) {
    return "there is no apt-get";
  }
  const prefix = await privilege(system);
  if (prefix === undefined) return "apt-get needs root, or a sudo that asks for no password";
  const apt = async (...args: string[]) => {
    const [command, ...rest] = [
      ...prefix,
      "env",
      "DEBIAN_FRONTEND=noninteractive",
      "apt-get",
      "-q",
      "-o",
      `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`,
      ...args,
    ];
    return await withProgress(say, `apt-get ${args[0]}`, () => system.run(command, rest));
  };
  say("apt-get update (package lists)");
  const update = await apt("update");
  // Old lists may still do; the installation decides.
  if (update.code !== 0) say(`  apt-get update failed with code ${update.code}, going on`);
  say(`apt-get install ${packages.join(" ")}`);
  const install = await apt("install", "-y", "--no-install-recommends", ...packages);
  return install.code === 0
    ? undefined
    : `apt-get install ${packages.join(" ")} failed: ${lastLine(install.output)}`;
}

async function brewInstall(
  system: System,
  args: readonly string[],
  say: Say,
): Promise<InstallFailure> {
  if ((await system.run("brew", ["--version"])).code !== 0) return "there is no brew";
  const command = `brew install ${args.join(" ")}`;
  say(command);
  const { code, output } = await withProgress(
    say,
    command,
    () => system.run("brew", ["install", ...args]),
  );
  return code === 0 ? undefined : `${command} failed: ${lastLine(output)}`;
}

/** What stands before a command that needs root, or `undefined` when it cannot be had. */
async function privilege(system: System): Promise<readonly string[] | undefined> {
  if (system.isRoot) return [];
  return (await system.run("sudo", ["-n", "true"])).code === 0 ? ["sudo", "-n"] : undefined;
}

/** Debian's packages start their servers at once and at every boot; the project starts its own. */
async function stopService(system: System, service: string, say: Say): Promise<void> {
  const prefix = await privilege(system) ?? [];
  const steps: string[][] = [];
  if (await system.exists("/run/systemd/system")) {
    steps.push([...prefix, "systemctl", "disable", "--now", service]);
  } else if (await system.exists(`/etc/init.d/${service}`)) {
    steps.push([...prefix, "service", service, "stop"]);
  }
  for (const [command, ...args] of steps) {
    say(`${[command, ...args].join(" ")} (the project starts its own)`);
    await system.run(command, args);
  }
}

const lastLine = (output: string): string => output.trim().split("\n").at(-1) ?? "";
