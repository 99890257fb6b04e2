/**
 * Finds a tool, or installs it, saying each step before it takes it:
 *
 * 1. the environment variable of the tool,
 * 2. PATH and the folders where systems keep servers,
 * 3. the project's cache (`.cache/bin`),
 * 4. the system's package manager: apt-get as root or with a sudo without password, or brew,
 * 5. the pinned release, checked against its SHA-256 (nats-server only),
 * 6. an error that ends with two lines of what to type.
 *
 * Several processes may ask at once: one installs, the others wait and find.
 *
 * @module
 */
import { ProvisionError } from "./errors.ts";
import { installTool } from "./install_package.ts";
import { PROGRESS_MILLIS } from "./progress.ts";
import { installRelease } from "./release.ts";
import { type System, thisSystem } from "./system.ts";
import { type Tool, type ToolName, TOOLS } from "./tools.ts";

/** Longest wait for another process that installs the same tool. */
export const LOCK_WAIT_MILLIS_MAX = 20 * 60_000;
const LOCK_POLL_MILLIS = 250;

/** How to provision. */
export interface ProvisionOptions {
  /** Told each step before it is taken, and every two seconds that something takes longer. */
  readonly say: (line: string) => void;
  /** The machine; another one in tests. */
  readonly system?: System;
}

/**
 * The path of a tool's executable, installed if need be.
 *
 * @throws {ProvisionError} when it is not to be had, or when its variable names no executable
 */
export async function provision(name: ToolName, options: ProvisionOptions): Promise<string> {
  const { say, system = thisSystem() } = options;
  const tool = TOOLS[name];
  const present = await findTool(name, system);
  if (present !== undefined) return present;
  const lock = await waitForLock(name, system, say);
  try {
    // The process that held the lock may have installed it.
    return await findTool(name, system) ?? await install(name, tool, system, say);
  } finally {
    lock.release();
  }
}

/**
 * The path of a tool's executable, or `undefined` when it is not here. Installs nothing.
 *
 * @throws {ProvisionError} when the tool's variable names no executable
 */
export async function findTool(name: ToolName, system: System): Promise<string | undefined> {
  const tool = TOOLS[name];
  const configured = system.configured(tool);
  if (configured !== "") {
    if (await system.isExecutable(configured)) return configured;
    throw new ProvisionError(name, `${tool.variableName}=${configured} is no executable`, [
      `Set ${tool.variableName} to the path of a ${name} that can be executed,`,
      `or unset it:  unset ${tool.variableName}`,
    ]);
  }
  const candidates = tool.executables.flatMap((executable) =>
    executable.startsWith("/")
      ? [executable]
      : system.searchPath.map((folder) => `${folder}/${executable}`)
  );
  for (const path of [...candidates, `${system.cacheDirectory}/${name}`]) {
    if (await system.isExecutable(path)) return path;
  }
  return undefined;
}

async function install(
  name: ToolName,
  tool: Tool,
  system: System,
  say: (line: string) => void,
): Promise<string> {
  say(`${name} is not installed; installing it`);
  const reasons: string[] = [];
  const attempt = async (failure: Promise<string | undefined>): Promise<string | undefined> => {
    const reason = await failure;
    if (reason !== undefined) {
      say(`  ${reason}`);
      reasons.push(reason);
      return undefined;
    }
    const path = await findTool(name, system);
    if (path === undefined) reasons.push("it was installed, but is in none of the known folders");
    else say(`${name} is installed: ${path}`);
    return path;
  };
  const path = await attempt(installTool(system, tool, say)) ??
    (tool.release && await attempt(installRelease(system, name, tool.release, say)));
  if (path !== undefined) return path;
  throw new ProvisionError(name, reasons.join("; "), advice(name, tool, system));
}

function advice(name: ToolName, tool: Tool, system: System): [string, string] {
  const command = system.platform === "darwin"
    ? `brew install ${tool.brewArguments.join(" ")}`
    : `sudo apt-get update && sudo apt-get install ${tool.aptPackage}`;
  return [
    `Install it:  ${command}`,
    `or name the executable:  export ${tool.variableName}=/path/to/${name}`,
  ];
}

async function waitForLock(
  name: ToolName,
  system: System,
  say: (line: string) => void,
): Promise<{ release(): void }> {
  const beganAt = performance.now();
  let saidAt = -Infinity;
  for (;;) {
    const lock = await system.tryLock(name);
    if (lock !== undefined) return lock;
    const waited = performance.now() - beganAt;
    if (waited > LOCK_WAIT_MILLIS_MAX) {
      throw new ProvisionError(name, `another process installs it since ${waited} ms`, [
        "Wait for that process, or end it,",
        "and try again.",
      ]);
    }
    if (performance.now() - saidAt >= PROGRESS_MILLIS) {
      saidAt = performance.now();
      say(`another process is installing ${name}: ${Math.round(waited / 1_000)} s`);
    }
    await new Promise((done) => setTimeout(done, LOCK_POLL_MILLIS));
  }
}
