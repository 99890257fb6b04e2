/**
 * `deno task watch` as a program, with the permissions that it has, and a market for it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { sell } from "../../support/commands.ts";
import {
  type Broker,
  MarketStream,
  startMarketData,
  withBroker,
} from "../market_data/market_stream.ts";

const MODULE = fileURLToPath(new URL("../../../workers/operator/watch_main.ts", import.meta.url));
/** All that the program may need. */
const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE",
  "--no-prompt",
];
/** The program with all that it may need. */
export const COMMAND = [Deno.execPath(), "run", "--quiet", "--no-check", ...PERMISSIONS, MODULE];

/** A command in a terminal. */
export function inTerminal(inside: readonly string[]): string[] {
  // script(1) is a terminal for the program in it; its arguments are not the same everywhere.
  // A shell that stays between the two would end by Ctrl-C itself: the program takes its place.
  return Deno.build.os === "darwin"
    ? ["script", "-q", "/dev/null", ...inside]
    : ["script", "-qec", `exec ${inside.map((word) => `'${word}'`).join(" ")}`, "/dev/null"];
}

/** A running watcher and what it has written so far. */
export class Watcher {
  /** Standard output so far, and standard error. */
  output = "";
  errors = "";
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor([program, ...args]: string[]) {
    this.#child = new Deno.Command(program ?? "", {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#read = Promise.all([
      this.#collect(this.#child.stdout, (text) => this.output += text),
      this.#collect(this.#child.stderr, (text) => this.errors += text),
    ]);
  }

  /** Sends what Ctrl-C does. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /** Types keys. */
  async type(keys: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(keys));
  }

  /** Exit code, once it has ended by itself. */
  async end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#read;
    await this.#writer.close().catch(() => {});
    return code;
  }

  /** Ends it by force where a test failed before it ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.end();
  }

  async #collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
  }
}

/** A market with its files in a data directory, as the supervisor writes them. */
export async function withMarket(
  body: (stream: MarketStream, broker: Broker) => Promise<void>,
): Promise<void> {
  await withBroker(async (broker) => {
    const { dataDirectory, server } = broker;
    const run = `${dataDirectory}/run`;
    await Deno.mkdir(run);
    const gateway = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      () => Response.json({ instruments: [{ symbol: "BTC-USD" }, { symbol: "ETH-USD" }] }),
    );
    const market = {
      gateway: `http://127.0.0.1:${gateway.addr.port}`,
      nats: server.url,
      natsWebSocket: server.webSocketUrl,
    };
    await Deno.writeTextFile(`${run}/market.json`, JSON.stringify(market));
    await Deno.writeTextFile(`${run}/subscriber.creds`, server.credentials.subscriber);
    const stream = new MarketStream(await broker.connectAs("matcher"));
    await stream.open();
    await stream.append([sell(5, 50), sell(9, 51)]);
    const running = await startMarketData(broker);
    try {
      await body(stream, broker);
    } finally {
      await running.stop();
      await gateway.shutdown();
    }
  });
}
