/**
 * A Deno process of a venue under test: started, awaited until it says that it is ready, ended by
 * its pid in every way a process can end.
 *
 * @module
 */

/** Lines of the process that are kept for a test that fails. */
const LOG_LINES_MAX = 200;
/** How long a process may take until it is ready. */
const READY_MILLIS_MAX = 30_000;
/** How long SIGTERM may take before SIGKILL. */
const STOP_MILLIS_MAX = 5_000;

/** What to run. */
export interface ProcessRequest {
  readonly name: string;
  /** Path of the module. */
  readonly module: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A process that prints one line of JSON once it is ready. */
export class VenueProcess implements AsyncDisposable {
  /** Last lines of standard error. */
  readonly log: string[] = [];
  /** Settles when the process has ended and everything it wrote has been read. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #firstLine = Promise.withResolvers<Record<string, unknown>>();
  #hasEnded = false;

  private constructor({ name, module, args = [], environment }: ProcessRequest) {
    this.#name = name;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--frozen", "--allow-all", module, ...args],
      env: environment,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.ended = this.#end();
    this.#firstLine.promise.catch(() => {});
  }

  /** Starts the process and waits for its line; fails with its log when none comes. */
  static async start(request: ProcessRequest): Promise<VenueProcess> {
    const process = VenueProcess.launch(request);
    await process.ready();
    return process;
  }

  /** Starts the process and waits for nothing. */
  static launch(request: ProcessRequest): VenueProcess {
    return new VenueProcess(request);
  }

  /** The line that the process printed once it was ready. */
  async ready(): Promise<Record<string, unknown>> {
    const timer = setTimeout(() => {
      this.#firstLine.reject(new Error(this.#story(`not ready in ${READY_MILLIS_MAX} ms`)));
    }, READY_MILLIS_MAX);
    try {
      return await this.#firstLine.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Whether the process is there, stopped or not. */
  get isAlive(): boolean {
    return !this.#hasEnded;
  }

  /** Sends a signal; to a process that has ended, nothing happens. */
  signal(name: Deno.Signal): void {
    if (this.#hasEnded) return;
    try {
      this.#child.kill(name);
    } catch (error) {
      // It has ended and its status is on the way.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** kill -9, settles when the process is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
  }

  /** Ends the process in order, by force after some seconds. */
  async stop(): Promise<Deno.CommandStatus> {
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), STOP_MILLIS_MAX);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** kill -9, whatever state it is in. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #end(): Promise<Deno.CommandStatus> {
    const [status] = await Promise.all([
      this.#child.status,
      this.#readLines(this.#child.stdout, (line) => this.#take(line)),
      this.#readLines(this.#child.stderr, (line) => this.#note(line)),
    ]);
    this.#hasEnded = true;
    this.#firstLine.reject(new Error(this.#story(`ended with code ${status.code}`)));
    return status;
  }

  #take(line: string): void {
    if (!line.startsWith("{")) return this.#note(line);
    this.#firstLine.resolve(JSON.parse(line));
  }

  #note(line: string): void {
    this.log.push(line);
    if (this.log.length > LOG_LINES_MAX) this.log.shift();
  }

  #story(what: string): string {
    return [`${this.#name} ${what}`, ...this.log.slice(-30)].join("\n  ");
  }

  async #readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void) {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(take);
    }
    if (rest !== "") take(rest);
  }
}
