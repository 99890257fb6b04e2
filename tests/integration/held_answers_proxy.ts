/**
 * A proxy between a matching process and its broker that can hold back what the broker says from the
 * first acknowledgement of an append on, while everything the process says still gets through.
 *
 * @module
 */

/** How the subject of an acknowledgement is recognised in the unmasked, uncompressed stream. */
const ACKNOWLEDGEMENT = new TextEncoder().encode(".append.");

/** The proxy, for one broker. */
export class HeldAnswersProxy implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #connections: Deno.TcpConn[] = [];
  readonly #pumps: Promise<void>[] = [];
  #gate: PromiseWithResolvers<void> | null = null;
  #isHolding = false;
  #accepting: Promise<void>;

  /** @param target port of the broker's WebSocket on this machine */
  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accepting = this.#accept();
  }

  /** WebSocket URL for the process. */
  get url(): string {
    return `ws://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Whether an acknowledgement is being held. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** From now on, the next acknowledgement and everything behind it is held. */
  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  /** Lets everything through again. */
  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
    this.#isHolding = false;
  }

  /** Ends every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await this.#accepting;
    await Promise.all(this.#pumps);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const broker = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      client.setNoDelay();
      broker.setNoDelay();
      this.#connections.push(client, broker);
      this.#pumps.push(pump(client, broker), pump(broker, client, (chunk) => this.#pass(chunk)));
    }
  }

  async #pass(chunk: Uint8Array): Promise<void> {
    if (this.#gate === null || (!this.#isHolding && !contains(chunk, ACKNOWLEDGEMENT))) return;
    this.#isHolding = true;
    await this.#gate.promise;
  }
}

async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  before: (chunk: Uint8Array) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    for await (const chunk of from.readable) {
      await before(chunk);
      for (let sent = 0; sent < chunk.length;) sent += await to.write(chunk.subarray(sent));
    }
  } catch {
    // One end is gone: the other follows.
  }
  close(from);
  close(to);
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It was closed before.
  }
}

function contains(chunk: Uint8Array, wanted: Uint8Array): boolean {
  for (let at = 0; at + wanted.length <= chunk.length; at++) {
    let length = 0;
    while (length < wanted.length && chunk[at + length] === wanted[length]) length++;
    if (length === wanted.length) return true;
  }
  return false;
}
