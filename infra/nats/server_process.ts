/**
 * The nats-server process: started, watched until it is ready, ended within a bound.
 *
 * @module
 */
import { DirectoryInUseError, ServerStartError, StoreUnwritableError } from "./errors.ts";
import { parsePorts, portsPath } from "./ports.ts";
import { configPath, logPath, pidPath, type ServerPorts, storePath } from "./server_config.ts";

/** Longest wait for a server to be ready; it reads its whole store index before that. */
export const READY_MILLIS_MAX = 60_000;
/** How long SIGTERM may take before SIGKILL. */
export const STOP_MILLIS_MAX = 4_000;
const POLL_MILLIS = 20;
const PROBE_MILLIS_MAX = 1_000;

/**
 * Starts the server with the configuration in `directory` and waits until its JetStream answers.
 *
 * @throws {ServerStartError} when it ends first or is not ready within {@link READY_MILLIS_MAX}
 */
export async function startServer(
  binary: string,
  directory: string,
  host: string,
  ownSession: boolean = false,
): Promise<Deno.ChildProcess> {
  // Nothing of this process's environment is the server's business; its own log goes to a file.
  const child = new Deno.Command(binary, {
    args: ["-c", configPath(directory)],
    clearEnv: true,
    env: { GOMAXPROCS: String(serverThreads(navigator.hardwareConcurrency)) },
    detached: ownSession,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const state: { ended?: Deno.CommandStatus } = {};
  child.status.then((status) => state.ended = status);
  const until = performance.now() + READY_MILLIS_MAX;
  while (performance.now() < until) {
    if (state.ended !== undefined) {
      const reason = `it ended with code ${state.ended.code}`;
      throw new ServerStartError(
        reason,
        logPath(directory),
        await configProblem(binary, directory),
      );
    }
    const ports = await readPorts(portsPath(directory, binary, child.pid));
    if (ports !== undefined && await isHealthy(host, ports.monitor)) return child;
    await pause(POLL_MILLIS);
  }
  await endServer(child, 0);
  throw new ServerStartError(`not ready in ${READY_MILLIS_MAX} ms`, logPath(directory), "");
}

/** Ends a server: SIGTERM, and SIGKILL when it has not ended `graceMillis` later. */
export async function endServer(
  child: Deno.ChildProcess,
  graceMillis: number = STOP_MILLIS_MAX,
): Promise<void> {
  signal(child, graceMillis > 0 ? "SIGTERM" : "SIGKILL");
  const timer = setTimeout(() => signal(child, "SIGKILL"), graceMillis);
  try {
    await child.status;
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a signal to a process that may have ended already. */
export function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch (error) {
    // A process that has ended is what every signal of this file is for.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Threads that the server may run at a time beside the other processes of the market: half of the
 * cores. Each one more spins for work and wakes the others, which on two cores costs a fifth of the
 * server's time.
 */
export function serverThreads(cores: number): number {
  return Math.max(1, Math.floor(cores / 2));
}

/**
 * Refuses a directory that a living server holds, for instance one whose parent was killed: two
 * servers on one store destroy it.
 *
 * @throws {DirectoryInUseError}
 */
export async function assertUnused(directory: string): Promise<void> {
  let pid: number;
  try {
    pid = Number((await Deno.readTextFile(pidPath(directory))).trim());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (!Number.isInteger(pid) || pid < 2) return;
  // The pid may belong to something else by now; the path of the configuration tells.
  if ((await commandLine(pid)).includes(configPath(directory))) {
    throw new DirectoryInUseError(directory, pid);
  }
}

/**
 * Refuses a store that cannot be written, which the server itself says without its path.
 *
 * @throws {StoreUnwritableError}
 */
export async function assertWritable(directory: string): Promise<void> {
  const store = storePath(directory);
  const probe = `${store}/.probe`;
  try {
    await Deno.mkdir(store, { recursive: true });
    await Deno.writeTextFile(probe, "can be written\n");
    await Deno.remove(probe);
  } catch (error) {
    throw new StoreUnwritableError(store, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Command line of a process; empty where there is none. Deno opens `/proc` only to a process that may
 * do everything, and `ps` is not on every machine, so on Linux it is `cat` that reads.
 */
async function commandLine(pid: number): Promise<string> {
  const [program, args] = Deno.build.os === "linux"
    ? ["cat", [`/proc/${pid}/cmdline`]] as const
    : ["ps", ["-ww", "-o", "args=", "-p", String(pid)]] as const;
  const { stdout } = await new Deno.Command(program, { args: [...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}

/** Removes what earlier servers left: port files, and all but the newest of the old logs. */
export async function tidyDirectory(directory: string): Promise<void> {
  const oldLogs: string[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    if (name.endsWith(".ports")) await Deno.remove(`${directory}/${name}`);
    if (name.startsWith("nats-server.log.")) oldLogs.push(name);
  }
  oldLogs.sort();
  for (const name of oldLogs.slice(0, -1)) await Deno.remove(`${directory}/${name}`);
}

async function readPorts(path: string): Promise<ServerPorts | undefined> {
  try {
    return parsePorts(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function isHealthy(host: string, monitorPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${host}:${monitorPort}/healthz`, {
      signal: AbortSignal.timeout(PROBE_MILLIS_MAX),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not listening yet, or too busy to answer: the caller's deadline decides.
    return false;
  }
}

/** What the server itself says of a configuration that it does not start with. */
async function configProblem(binary: string, directory: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(binary, {
    args: ["-t", "-c", configPath(directory)],
    clearEnv: true,
  }).output();
  const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  const log = await Deno.readTextFile(logPath(directory)).catch(() => "");
  return text.trim() + "\n" + log.trim().split("\n").slice(-5).join("\n");
}

const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));
