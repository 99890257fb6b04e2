/**
 * A gateway beside that of a started market: its entry in a process of its own, with an environment,
 * a clock and a number of file descriptors that a test decides on.
 *
 * @module
 */
import { InstallationPaths } from "../../infra/administration/local_installation.ts";
import { ClosedPort } from "./tcp_client.ts";
import type { ReadyLine } from "../workers/supervisor/started_market.ts";

const ENTRY = new URL("../../routes/main.ts", import.meta.url).pathname;
const SHIFTED_ENTRY = new URL("./shifted_gateway_main.ts", import.meta.url).pathname;
const READY_MILLIS_MAX = 20_000;
const LOG_LINES_MAX = 200;

/** What may be otherwise than in a good gateway. */
export interface SpareOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds that its clock is ahead. SIGUSR1 puts it right, SIGUSR2 wrong again. */
  readonly shiftMillis?: number;
  /** Most file descriptors. */
  readonly descriptors?: number;
}

/** The gateway. */
export class SpareGateway implements AsyncDisposable {
  readonly log: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<void>;

  private constructor(child: Deno.ChildProcess, readonly port: number) {
    this.#child = child;
    this.#read = this.#readLog(child.stderr);
  }

  /** Starts one, and waits until it is ready. */
  static async start(
    data: string,
    line: ReadyLine,
    options: SpareOptions = {},
  ): Promise<SpareGateway> {
    const gateway = await SpareGateway.launch(data, line, options);
    await gateway.ready();
    return gateway;
  }

  /** Starts one and waits for nothing. */
  static async launch(
    data: string,
    line: ReadyLine,
    options: SpareOptions = {},
  ): Promise<SpareGateway> {
    const paths = new InstallationPaths(data);
    const port = ClosedPort.find();
    const shift = options.shiftMillis;
    const entry = shift === undefined ? [ENTRY] : [SHIFTED_ENTRY, `shift:${shift}`];
    const command = [Deno.execPath(), "run", "--quiet", "--frozen", "--no-prompt"];
    const run = [...command, "--allow-net", "--allow-env", ...entry];
    const limit = options.descriptors === undefined ? "" : `ulimit -n ${options.descriptors}; `;
    const child = new Deno.Command("sh", {
      args: ["-c", `${limit}exec "$@"`, "sh", ...run],
      env: {
        NO_COLOR: "1",
        EDGEBOOK_HOST: "127.0.0.1",
        EDGEBOOK_PORT: String(port),
        EDGEBOOK_NATS_URL: line.natsWebSocket,
        EDGEBOOK_NATS_CREDENTIALS: await Deno.readTextFile(paths.credentials("gateway")),
        EDGEBOOK_MASTER_KEY: (await Deno.readTextFile(paths.masterKey())).trim(),
        EDGEBOOK_LIMIT_KEY_RATE: "10000",
        EDGEBOOK_LIMIT_ADDRESS_RATE: "20000",
        ...options.env,
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    return new SpareGateway(child, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Settles once it takes orders; how long that took, in milliseconds. */
  async ready(): Promise<number> {
    const began = performance.now();
    while (performance.now() - began < READY_MILLIS_MAX) {
      try {
        const signal = AbortSignal.timeout(1_000);
        const response = await fetch(`${this.url}/health/ready`, { signal });
        await response.body?.cancel();
        if (response.ok) return performance.now() - began;
      } catch {
        // It does not listen yet, or not now.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`not ready in ${READY_MILLIS_MAX} ms:\n${this.log.join("\n")}`);
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Memory that it holds, in MB. */
  async memoryMegabytes(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.pid}/status`);
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
  }

  /** Gone without a word. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGCONT");
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #readLog(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.log.push(text.trim());
      if (this.log.length > LOG_LINES_MAX) this.log.shift();
    }
  }
}
