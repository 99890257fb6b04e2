/**
 * A market started by the supervisor itself, as `deno task start --json` starts it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Longest wait for what a test waits for: the machine may be busy. */
export const WAIT_MILLIS_MAX = 20_000;
const POLL_MILLIS = 20;

/** The line of `--json`. */
export interface ReadyLine {
  readonly ready: boolean;
  readonly gateway: string;
  readonly nats: string;
  readonly natsWebSocket: string;
  readonly subscriberCreds: string;
  readonly keys: readonly {
    readonly account: string;
    readonly key: string;
    readonly secret: string;
    readonly scopes: readonly string[];
  }[];
  readonly instruments: readonly string[];
  readonly pids: Readonly<Record<"nats" | "matching" | "gateway", number>>;
}

/** The key that the demo market has made for an account. */
export function keyOf(line: ReadyLine, account: string): ReadyLine["keys"][number] {
  const key = line.keys.find((one) => one.account === account);
  assert.ok(key !== undefined, `account ${account} has no key`);
  return key;
}

/** A program that ran to its end. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A task of deno.json. */
export type TaskName =
  | "start"
  | "doctor"
  | "admin"
  | "replay"
  | "snapshot"
  | "watch"
  | "end-of-day";

/** The command line of a task without the word `deno`, as an array. */
export function taskArguments(task: TaskName): string[] {
  const { command } = config.tasks[task];
  return command.split(" ").slice(1).map((word) => word.replaceAll("'", ""));
}

/** Runs a task's command to its end, with the permissions that the task has. */
export async function runTask(
  task: TaskName,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(task), ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A running supervisor. */
export class StartedMarket {
  readonly #child: Deno.ChildProcess;
  readonly #errors: Promise<string>;
  #output = "";

  private constructor(readonly data: string, child: Deno.ChildProcess) {
    this.#child = child;
    this.#errors = new Response(child.stderr).text();
  }

  /** Starts a market and waits for its line. */
  static async start(
    data: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ market: StartedMarket; line: ReadyLine }> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...taskArguments("start"), "--json", "--port", "0", "--data", data, ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const market = new StartedMarket(data, child);
    const first = Promise.withResolvers<void>();
    void market.#read(child.stdout, first.resolve);
    await Promise.race([first.promise, child.status]);
    if (!market.#output.includes("\n")) {
      throw new Error(`no line of JSON:\n${await market.#errors}`);
    }
    return { market, line: JSON.parse(market.#output) };
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** All of standard output so far. */
  get stdout(): string {
    return this.#output;
  }

  /** Everything on standard error, once the process has ended. */
  get stderr(): Promise<string> {
    return this.#errors;
  }

  /** Settles when the process ends by itself. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Pid in a pid file. */
  pidOf(name: string): number {
    return Number(Deno.readTextFileSync(`${this.data}/run/${name}.pid`));
  }

  /** Sends a signal and waits for the end. */
  async end(signal: Deno.Signal): Promise<{ code: number; millis: number }> {
    const began = performance.now();
    this.#child.kill(signal);
    const { code } = await this.#child.status;
    return { code, millis: performance.now() - began };
  }

  /** For the end of a test: whatever is left is killed. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended, as it should.
    }
    await this.#child.status;
    await this.#errors;
    for (const name of ["demo", "gateway", "matching", "nats"]) {
      try {
        Deno.kill(this.pidOf(name), "SIGKILL");
      } catch {
        // No pid file, or no such process: it was ended in order.
      }
    }
  }

  async #read(stream: ReadableStream<Uint8Array>, onLine: () => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      this.#output += decoder.decode(bytes, { stream: true });
      if (this.#output.includes("\n")) onLine();
    }
  }
}

/** Runs a test with a data directory of its own, and ends every market that it names. */
export async function withDataDirectory(
  body: (data: string, keep: (market: StartedMarket) => StartedMarket) => Promise<void>,
): Promise<void> {
  const data = await Deno.makeTempDir({ prefix: "edgebook-start-" });
  const markets: StartedMarket[] = [];
  try {
    await body(data, (market) => {
      markets.push(market);
      return market;
    });
  } finally {
    for (const market of markets) await market.kill();
    await Deno.remove(data, { recursive: true });
  }
}

/** Asks again until the answer is not undefined. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const until = performance.now() + WAIT_MILLIS_MAX;
  while (performance.now() < until) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
  assert.fail(`${what} did not happen in ${WAIT_MILLIS_MAX} ms`);
}

/** Whether a process is alive and not waiting to be reaped. */
export async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
    stderr: "null",
  }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}
