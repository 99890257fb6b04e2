/**
 * A client of a WebSocket: JSON in, JSON out.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any -- what stands in it is what the tests are about
type Json = any;

/** Longest wait for a message. */
const MESSAGE_MILLIS_MAX = 10_000;

/** One socket. */
export class JsonSocket implements AsyncDisposable {
  /** Everything that came, in order. */
  readonly messages: Json[] = [];
  /** Settles when the socket is closed, with code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  #taken = 0;
  #wake = (): void => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      this.messages.push(JSON.parse(data));
      this.#wake();
    };
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        this.#wake();
        resolve({ code, reason });
      };
    });
  }

  /** Connects. */
  static async open(url: string): Promise<JsonSocket> {
    const socket = new WebSocket(url);
    const client = new JsonSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("the socket does not open"));
    });
    socket.onerror = null;
    return client;
  }

  /** Sends an object as JSON, and a text as it is. */
  send(message: object | string): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next message of the type; those before it are passed over. */
  async until(type: string): Promise<Json> {
    for (;;) {
      const message = await this.next();
      if (message.type === type) return message;
    }
  }

  /** The next message. */
  async next(): Promise<Json> {
    while (this.#taken === this.messages.length) await this.#more();
    return this.messages[this.#taken++];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed;
  }

  async #more(): Promise<void> {
    if (this.#socket.readyState >= WebSocket.CLOSING) throw new Error("the socket is closed");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error("no message in time")), MESSAGE_MILLIS_MAX);
    this.#wake = resolve;
    await promise.finally(() => clearTimeout(timer));
  }
}
