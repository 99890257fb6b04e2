/**
 * A client of a gateway in memory, over a network that loses requests and answers.
 *
 * @module
 */
import { type ClientOptions, TradingClient } from "../../../routes/client/trading_client.ts";
import { keyOf, TestGateway } from "../test_gateway.ts";

const URL_OF_GATEWAY = "http://127.0.0.1:8000";

/** What becomes of one request. */
export type Fate = "arrives" | "is lost" | "loses its answer" | "meets a broken proxy";

/** A gateway, and clients whose time is the gateway's. */
export class FaultyNetwork {
  readonly gateway = new TestGateway();
  /** Requests that were sent, as method and path. */
  readonly sent: string[] = [];
  /** Milliseconds that clients have slept. */
  readonly slept: number[] = [];
  fateOf: (request: Request) => Fate = () => "arrives";

  /** A client of an account. */
  client(account: number, options: Partial<ClientOptions> = {}): TradingClient {
    const id = keyOf(account);
    return new TradingClient({
      url: URL_OF_GATEWAY,
      key: { id, secret: `${id}-secret-of-sufficient-length`.padEnd(40, "x") },
      fetch: (input, init) => this.#fetch(new Request(input, init)),
      nowMillis: () => this.gateway.nowMicros / 1_000,
      sleep: (millis) => {
        this.slept.push(millis);
        this.gateway.nowMicros += Math.ceil(millis * 1_000);
        return Promise.resolve();
      },
      random: () => 0.5,
      ...options,
    });
  }

  async #fetch(request: Request): Promise<Response> {
    this.gateway.nowMicros += 1_000;
    const { pathname, search } = new URL(request.url);
    this.sent.push(`${request.method} ${pathname}${search}`);
    const fate = this.fateOf(request);
    if (fate === "is lost") throw new TypeError("the connection was reset");
    const response = await this.gateway.app.fetch(request, {
      remoteAddr: { hostname: "192.0.2.1" },
    });
    if (fate === "arrives") return response;
    await response.body?.cancel();
    if (fate === "loses its answer") throw new TypeError("the connection was reset");
    return new Response("<h1>Bad gateway</h1>", { status: 502 });
  }
}
