/**
 * Ends what an earlier supervisor left behind when it was killed.
 *
 * A pid file alone proves nothing, for the system gives a pid away again: the command line of the
 * process must name this very data directory.
 *
 * @module
 */
import type { InstallationPaths } from "../../infra/administration/local_installation.ts";
import { memberName } from "../../infra/nats/cluster_config.ts";
import { configPath, memberDirectory, pidPath } from "../../infra/nats/server_config.ts";
import { type ComponentName, NATS_NAMES } from "./component.ts";
import { ENTRIES } from "./components.ts";
import type { Say } from "./log_lines.ts";

/** How long an orphan may take to end in order before it is killed. */
export const ORPHAN_GRACE_MILLIS = 3_000;
/** How long it may take to be gone after that. */
const ORPHAN_KILLED_MILLIS = 2_000;
const POLL_MILLIS = 20;

/** The order in which components are ended: who needs the others goes first. */
export const ENDING_ORDER: readonly ComponentName[] = [
  "demo",
  "gateway",
  "matching",
  ...NATS_NAMES,
];

/** A process of this data directory that should not be there. */
export interface Orphan {
  readonly name: ComponentName;
  readonly pid: number;
}

/** Finds the living processes that the pid files of a data directory name. */
export async function findOrphans(paths: InstallationPaths): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for (const name of ENDING_ORDER) {
    const files = [paths.pid(name), ...natsDirectories(paths, name).map(pidPath)];
    for (const pid of new Set(await Promise.all(files.map(readPid)))) {
      if (pid !== null && await isOurs(paths, name, pid)) orphans.push({ name, pid });
    }
  }
  return orphans;
}

/** Ends orphans in order, saying so. Settles when none of them is left. */
export async function endOrphans(
  paths: InstallationPaths,
  say: Say,
  graceMillis: number = ORPHAN_GRACE_MILLIS,
): Promise<void> {
  for (const { name, pid } of await findOrphans(paths)) {
    say(`${name} with pid ${pid} was left behind by an earlier start; ending it`);
    const isAlive = () => isOurs(paths, name, pid);
    if (graceMillis > 0) sendSignal(pid, "SIGTERM");
    if (graceMillis > 0 && await isGone(isAlive, graceMillis)) continue;
    sendSignal(pid, "SIGKILL");
    if (!await isGone(isAlive, ORPHAN_KILLED_MILLIS)) {
      throw new Error(`${name} with pid ${pid} cannot be ended; end it yourself: kill -9 ${pid}`);
    }
  }
}

async function isGone(isAlive: () => Promise<boolean>, millis: number): Promise<boolean> {
  const until = performance.now() + millis;
  while (performance.now() < until) {
    if (!await isAlive()) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
  return false;
}

/** Reads a pid file; `null` when there is none or it holds no pid. */
export async function readPid(path: string): Promise<number | null> {
  try {
    const pid = Number((await Deno.readTextFile(path)).trim());
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Folders that a nats-server of this name may run on; none for another component. */
function natsDirectories(paths: InstallationPaths, name: ComponentName): string[] {
  const index = NATS_NAMES.findIndex((one) => one === name);
  if (index < 0) return [];
  const member = memberDirectory(paths.nats(), memberName(index));
  return index === 0 ? [paths.nats(), member] : [member];
}

/** Whether a process is a component of this data directory: its command line says so. */
export async function isOurs(
  paths: InstallationPaths,
  name: ComponentName,
  pid: number,
): Promise<boolean> {
  const line = await commandLine(pid);
  const directories = natsDirectories(paths, name);
  if (directories.length > 0) {
    return directories.some((directory) => line.includes(configPath(directory)));
  }
  return line.includes(`/${ENTRIES[name as keyof typeof ENTRIES]} `) &&
    line.trimEnd().endsWith(` ${paths.data}`);
}

/** The command line of a process, "" when it is not there or has ended and waits to be reaped. */
export async function commandLine(pid: number): Promise<string> {
  const ps = await output("ps", ["-ww", "-o", "stat=,args=", "-p", String(pid)]);
  if (ps !== null) return /^\s*Z/.test(ps) ? "" : ps;
  // Small systems have no ps; those are Linux.
  const raw = await output("cat", [`/proc/${pid}/cmdline`]);
  return (raw ?? "").replaceAll("\0", " ");
}

async function output(command: string, args: string[]): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function sendSignal(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It ended meanwhile, which is what the signal is for.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
