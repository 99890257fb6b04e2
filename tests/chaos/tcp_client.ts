/**
 * Clients that misbehave below HTTP: bytes over a connection of one's own.
 *
 * @module
 */

const HOST = "127.0.0.1";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Ports on which nobody listens. */
export class ClosedPort {
  /** One that was free just now. */
  static find(): number {
    using listener = Deno.listen({ hostname: HOST, port: 0 });
    return listener.addr.port;
  }
}

/** One connection. */
export class TcpClient implements Disposable {
  /** What has come so far. */
  received = "";
  isClosed = false;
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn, reads: boolean) {
    this.#connection = connection;
    if (reads) void this.#read();
  }

  /** Opens one; `reads: false` leaves what comes where it is. */
  static async open(port: number, reads = true): Promise<TcpClient> {
    return new TcpClient(await Deno.connect({ hostname: HOST, port }), reads);
  }

  /** Sends all of it; false when the other end is gone. */
  async send(text: string): Promise<boolean> {
    const bytes = encoder.encode(text);
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
      return true;
    } catch {
      return false;
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It was closed before.
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(4_096);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (count === null) break;
        this.received += decoder.decode(buffer.subarray(0, count));
      }
    } catch {
      // The other end has gone, or this one was closed.
    }
    this.isClosed = true;
  }
}
