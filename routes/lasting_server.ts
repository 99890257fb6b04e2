/**
 * Serves HTTP for as long as the process is told to.
 *
 * `Deno.serve` stops for good when a connection cannot be accepted, as where the process has no file
 * descriptor left; an error that nobody handles then ends the process, whatever is in progress. It
 * has no limit on connections either, nor on how long one may be idle or take for its header fields,
 * and it does not close one whose answer says so (Deno 2.9.6). So when it stops, it is shut down,
 * which closes every connection that has no request in progress, whatever it is doing, and lets the
 * others finish; and another one listens at the same address at once.
 *
 * @module
 */

/** Pause before listening again; doubled after each attempt that fails. */
export const LISTEN_PAUSE_MILLIS_LEAST = 20;
/** Longest of these pauses. */
export const LISTEN_PAUSE_MILLIS_MAX = 1_000;
/** Attempts to listen again, one after the other, before the server is lost. */
export const LISTEN_ATTEMPTS_MAX = 30;

/** What is served, and where. */
export interface LastingServerOptions {
  readonly hostname: string;
  /** 0: a free one, which is kept. */
  readonly port: number;
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  /** Told once. */
  readonly onListen: (address: Deno.NetAddr) => void;
  /** Told why it stopped to listen, and when it listens again (`null`). */
  readonly onChange: (failure: Error | null) => void;
  /** Told when it has given up. */
  readonly onLost: (failure: Error) => void;
}

/** A server that listens again. */
export class LastingServer {
  readonly #options: LastingServerOptions;
  #port: number;
  #present: Deno.HttpServer<Deno.NetAddr>;
  /** Servers that stopped to listen and still have requests in progress. */
  readonly #ending = new Set<Promise<void>>();
  #isStopped = false;

  /** @throws what `Deno.serve` throws when it cannot listen */
  constructor(options: LastingServerOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#present = this.#listen();
    this.#port = this.#present.addr.port;
    options.onListen(this.#present.addr);
  }

  /** Takes no more connections; settles when every request in progress is answered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#end(this.#present);
    await Promise.all(this.#ending);
  }

  #listen(): Deno.HttpServer<Deno.NetAddr> {
    const { hostname, handler } = this.#options;
    const server = Deno.serve({ hostname, port: this.#port, onListen: () => {} }, handler);
    server.finished.catch((error) => {
      if (!this.#isStopped) void this.#listenAgain(server, asError(error));
    });
    return server;
  }

  #end(server: Deno.HttpServer): void {
    const ended = server.shutdown().catch(() => {}).then(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  async #listenAgain(stopped: Deno.HttpServer, reason: Error): Promise<void> {
    const { onChange, onLost } = this.#options;
    onChange(reason);
    this.#end(stopped);
    let pauseMillis = LISTEN_PAUSE_MILLIS_LEAST;
    let failure = reason;
    for (let attempt = 1; attempt <= LISTEN_ATTEMPTS_MAX; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, pauseMillis));
      if (this.#isStopped) return;
      try {
        this.#present = this.#listen();
        return onChange(null);
      } catch (error) {
        failure = asError(error);
      }
      pauseMillis = Math.min(pauseMillis * 2, LISTEN_PAUSE_MILLIS_MAX);
    }
    onLost(failure);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
