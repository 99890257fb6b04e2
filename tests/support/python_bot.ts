/**
 * The decoder of the page about the feeds, run by Python as its reader would.
 *
 * @module
 */
import assert from "node:assert/strict";

const FEEDS_PAGE = new URL("../../infra/nats/FEEDS.md", import.meta.url);

/** What the decoder says at its end; books in ticks and lots, best level first. */
export interface BotReport {
  readonly sequence: number;
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  readonly messages: number;
  readonly trades: number;
  readonly snapshots: number;
  readonly gaps: number;
  readonly mismatches: number;
}

/** The text of the decoder. */
async function decoderOfPage(): Promise<string> {
  const page = await Deno.readTextFile(FEEDS_PAGE);
  const blocks = Array.from(page.matchAll(/^```python\n(.*?)^```$/gms), ([, body]) => body ?? "");
  assert.equal(blocks.length, 1, "the page has one decoder");
  return blocks[0] ?? "";
}

/** A running decoder. */
export class PythonBot {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: Promise<[stdout: string, stderr: string]>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    this.#output = Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
  }

  /** Starts it; `null` where there is no Python. */
  static async start(): Promise<PythonBot | null> {
    const command = new Deno.Command("python3", {
      args: ["-c", await decoderOfPage()],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    try {
      return new PythonBot(command.spawn());
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Settles when it has taken the bytes. Rejects when it has ended. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes);
  }

  /** Ends its input and returns what it says. */
  async end(): Promise<BotReport> {
    await this.#writer.close().catch(() => {});
    const { code } = await this.#child.status;
    const [stdout, stderr] = await this.#output;
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  }

  /** Ends it by force where it has not ended. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#writer.abort().catch(() => {});
    await this.#child.status;
    await this.#output;
  }
}
