/**
 * A real redis-server for tests: on a free port of 127.0.0.1, in a folder of its own, gone with the
 * test. Nothing is persisted, so a restart is an empty server on the same port.
 *
 * @module
 */
import { provision } from "../../infra/provision/provision.ts";

const START_ATTEMPTS_MAX = 5;
const READY_ATTEMPTS_MAX = 250;
const READY_INTERVAL_MILLIS = 20;
const HOST = "127.0.0.1";

/** One redis-server. Dispose of it (`await using`) to stop it and to remove its folder. */
export class RedisServer implements AsyncDisposable {
  #child: Deno.ChildProcess | null = null;
  #exited: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly binary: string,
    readonly directory: string,
    readonly port: number,
  ) {}

  /** Starts a server on a free port; its binary is found, or installed, by provisioning. */
  static async start(): Promise<RedisServer> {
    const binary = await provision("redis-server", { say: console.error });
    const directory = await Deno.makeTempDir({ prefix: "edgebook-redis-" });
    for (let attempt = 1;; attempt++) {
      const server = new RedisServer(binary, directory, freePort());
      try {
        await server.restart();
        return server;
      } catch (error) {
        // Somebody else may have taken the port between finding it free and listening on it.
        await server.kill();
        if (attempt === START_ATTEMPTS_MAX) {
          await Deno.remove(directory, { recursive: true });
          throw error;
        }
      }
    }
  }

  /** The process id; throws when the server does not run. */
  get pid(): number {
    if (this.#child === null) throw new Error(`redis-server on port ${this.port} does not run`);
    return this.#child.pid;
  }

  /** Starts the server again on the same port, empty, and waits until it answers. */
  async restart(): Promise<void> {
    if (this.#child !== null) throw new Error(`redis-server on port ${this.port} runs already`);
    const child = new Deno.Command(this.binary, {
      args: [
        ...["--port", String(this.port), "--bind", HOST, "--dir", this.directory],
        ...["--save", "", "--appendonly", "no", "--daemonize", "no"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#child = child;
    let dead = false;
    this.#exited = child.status.then(() => dead = true);
    for (let attempt = 0; attempt < READY_ATTEMPTS_MAX; attempt++) {
      if (dead) break;
      if (await answersPing(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, READY_INTERVAL_MILLIS));
    }
    throw new Error(`redis-server did not answer on port ${this.port}`);
  }

  /** Kills the server the hard way (SIGKILL) and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Asks the server to end (SIGTERM) and waits until it is gone. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Makes the server neither read nor answer until {@link resume}: slow, but not down. */
  pause(): void {
    Deno.kill(this.pid, "SIGSTOP");
  }

  /** Ends {@link pause}. */
  resume(): void {
    Deno.kill(this.pid, "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.directory, { recursive: true });
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    try {
      child.kill(signal);
    } catch {
      // It ended by itself; the wait below still reaps it.
    }
    await this.#exited;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return listener.addr.port;
}

async function answersPing(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: HOST, port });
    await connection.write(new TextEncoder().encode("PING\r\n"));
    const answer = new Uint8Array(16);
    const length = await connection.read(answer);
    return new TextDecoder().decode(answer.subarray(0, length ?? 0)).startsWith("+PONG");
  } catch {
    return false;
  }
}
