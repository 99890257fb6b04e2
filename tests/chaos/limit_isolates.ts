/**
 * Isolates of a limiter as processes of their own, and what they have counted.
 *
 * @module
 */
import type { UpstashStatus } from "../../infra/upstash/limiter.ts";
import type { UpstashShim } from "../support/upstash_shim.ts";

const ENTRY = new URL("./limit_isolate_main.ts", import.meta.url).pathname;
const COUNTS = 3;

/** What all isolates together have counted of a key. */
export interface Counted {
  readonly admitted: number;
  readonly refused: number;
  readonly waited: number;
}

/** Any number of isolates under one store, each with the same keys. */
export class LimitIsolates implements AsyncDisposable {
  readonly #running: Deno.ChildProcess[] = [];
  readonly #files: string[] = [];

  private constructor(
    readonly shim: UpstashShim,
    readonly keys: readonly string[],
    readonly directory: string,
  ) {}

  /** @param keys `KEY:LIMIT:PER_SECOND`, the load of each isolate */
  static async open(shim: UpstashShim, keys: readonly string[]): Promise<LimitIsolates> {
    const directory = await Deno.makeTempDir({ prefix: "edgebook-limits-" });
    return new LimitIsolates(shim, keys, directory);
  }

  /** Isolates that run. */
  get size(): number {
    return this.#running.length;
  }

  /** Starts one more, and waits until it asks. */
  async start(): Promise<void> {
    const file = `${this.directory}/${this.#files.length}`;
    await Deno.writeFile(file, new Uint8Array(8 * COUNTS * this.keys.length));
    this.#files.push(file);
    const { url, token } = this.shim;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--frozen", "--no-prompt", "--allow-net=127.0.0.1"],
        ...[`--allow-write=${this.directory}`, ENTRY, url, token, file, ...this.keys],
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#running.push(child);
    await firstLine(child);
  }

  /** Kills the one that runs longest, without a word. */
  async kill(): Promise<void> {
    const child = this.#running.shift();
    if (child === undefined) throw new RangeError("no isolate runs");
    child.kill("SIGKILL");
    await ended(child);
  }

  /** Stops all in order; what each says of its store. */
  async stop(): Promise<UpstashStatus[]> {
    const children = this.#running.splice(0);
    for (const child of children) child.kill("SIGTERM");
    return await Promise.all(children.map(async (child) => {
      let text = "";
      for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) text += part;
      await child.status;
      return JSON.parse(text);
    }));
  }

  /** What all that ever ran have counted, by key. */
  async counted(): Promise<Counted[]> {
    const files = await Promise.all(this.#files.map((file) => Deno.readFile(file)));
    return this.keys.map((_, key) => {
      const sum = (count: number): number =>
        files.reduce((total, { buffer }) => {
          const at = 8 * (COUNTS * key + count);
          return total + Number(new DataView(buffer).getBigUint64(at, true));
        }, 0);
      return { admitted: sum(0), refused: sum(1), waited: sum(2) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#running.length > 0) await this.kill();
    await Deno.remove(this.directory, { recursive: true });
  }
}

async function firstLine(child: Deno.ChildProcess): Promise<void> {
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  reader.releaseLock();
  if (done) throw new Error(`an isolate ended with code ${(await child.status).code}`);
}

async function ended(child: Deno.ChildProcess): Promise<void> {
  await child.status;
  await child.stdout.cancel();
}
