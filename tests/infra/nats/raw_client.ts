/**
 * A NATS client of a few lines over TCP, for tests of what the server refuses: it speaks the
 * protocol itself, so that nothing between the test and the server hides or delays a refusal.
 *
 * @module
 */
import { parseCredentials } from "../../../infra/nats/jwt.ts";
import { importNkey } from "../../../infra/nats/nkey.ts";

/** One connection. */
export class RawClient {
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";
  #subscriptions = 0;

  private constructor(readonly socket: Deno.TcpConn) {
    this.#reader = socket.readable.getReader();
  }

  /** Connects with the text of a credentials file, or without one, and waits for the first answer. */
  static async connect(port: number, credentials?: string): Promise<RawClient> {
    const { client, hello } = await RawClient.#open(port, credentials);
    await client.#write(hello);
    return client;
  }

  /** Connects, and says what the server answers: a pong, or why it refuses and ends the connection. */
  static async attempt(
    port: number,
    credentials: string,
  ): Promise<{ readonly client: RawClient; readonly said: string }> {
    const { client, hello } = await RawClient.#open(port, credentials);
    // In one write: what came after the server has closed would make the kernel drop its refusal.
    await client.#write(`${hello}PING\r\n`);
    return { client, said: await client.#until("PONG\r\n") };
  }

  static async #open(port: number, credentials?: string) {
    const client = new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
    const info = JSON.parse((await client.#until("\r\n")).slice("INFO ".length));
    const auth: Record<string, unknown> = { verbose: false, headers: true, no_responders: true };
    if (credentials !== undefined) {
      const { jwt, seed } = parseCredentials(credentials);
      const signature = await (await importNkey(seed)).sign(client.#encoder.encode(info.nonce));
      auth.jwt = jwt;
      auth.sig = btoa(String.fromCharCode(...signature)).replaceAll("+", "-").replaceAll("/", "_")
        .replaceAll("=", "");
    }
    return { client, hello: `CONNECT ${JSON.stringify(auth)}\r\n` };
  }

  /** Publishes one empty message to each subject; returns those that the server refuses. */
  async refusedToPublish(subjects: readonly string[], reply = ""): Promise<string[]> {
    const lines = subjects.map((subject) => `PUB ${subject} ${reply} 0\r\n\r\n`).join("");
    return refusals(await this.exchange(lines), "Publish");
  }

  /** Subscribes to each subject; returns those that the server refuses. */
  async refusedToSubscribe(subjects: readonly string[], queue = ""): Promise<string[]> {
    const first = this.#subscriptions;
    const lines = subjects.map((subject) => `SUB ${subject} ${queue} ${++this.#subscriptions}\r\n`);
    const refused = refusals(await this.exchange(lines.join("")), "Subscription");
    const end = subjects.map((_, index) => `UNSUB ${first + index + 1}\r\n`).join("");
    await this.exchange(end);
    return refused;
  }

  /** Sends protocol lines and returns everything the server says up to the answer to a ping. */
  async exchange(lines: string): Promise<string> {
    await this.#write(`${lines}PING\r\n`);
    return await this.#until("PONG\r\n");
  }

  /** Everything the server says until it closes the connection. */
  async rest(): Promise<string> {
    return await this.#until("\0");
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #write(text: string): Promise<void> {
    const bytes = this.#encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await this.socket.write(bytes.subarray(at));
  }

  /** Reads up to a mark, or to the end when the server closes the connection. */
  async #until(mark: string): Promise<string> {
    while (!this.#text.includes(mark)) {
      const { done, value } = await this.#reader.read().catch(endOfReset);
      if (done || value === undefined) break;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
    const found = this.#text.indexOf(mark);
    const end = found < 0 ? this.#text.length : found + mark.length;
    const text = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    return text;
  }
}

/** A server that closes while we still send resets the connection: its end all the same. */
function endOfReset(error: unknown): { done: true; value: undefined } {
  if (error instanceof Deno.errors.ConnectionReset) return { done: true, value: undefined };
  throw error;
}

function refusals(text: string, what: "Publish" | "Subscription"): string[] {
  const pattern = new RegExp(`-ERR 'Permissions Violation for ${what} to "([^"]+)"`, "g");
  return Array.from(text.matchAll(pattern), (match) => match[1]);
}
