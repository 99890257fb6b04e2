/**
 * A part of the bench in a process of its own, so that its CPU can be told from the others': each
 * line of JSON that it is sent is answered with one.
 *
 * @module
 */

/** What a part does with one command. */
export type PartHandler = (command: never) => unknown;

/** The parent's end of a part. */
export class PartProcess {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#lines = linesOf(child.stdout);
  }

  /** Starts a module of this folder. */
  static start(module: string, environment: Readonly<Record<string, string>>): PartProcess {
    const path = new URL(module, import.meta.url).pathname;
    return new PartProcess(
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--allow-all", "--v8-flags=--no-flush-bytecode,--expose-gc", path],
        env: environment,
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn(),
    );
  }

  /** For {@link cpuOf}. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a command; settles with its answer. */
  async ask<Answer>(command: object): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(command) + "\n"));
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`a part of the bench ended with ${(await this.#child.status).code}`);
    return JSON.parse(value);
  }

  /** Ends it; settles when it has ended. */
  async end(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#child.stdout.cancel().catch(() => {});
    await this.#child.status;
  }
}

/** The part's own end: answers commands until its input ends, and ends the process then. */
export async function serveParent(handle: PartHandler): Promise<never> {
  const lines = linesOf(Deno.stdin.readable);
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    console.log(JSON.stringify(await handle(JSON.parse(line.value) as never)));
  }
  Deno.exit(0);
}

async function* linesOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of bytes.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
