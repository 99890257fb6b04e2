/**
 * The roads between the servers of a cluster, each a TCP proxy of its own for one server that opens
 * a route to another: they can be cut, so that every byte and every new connection stops there, and
 * healed, so that what was under way arrives after all.
 *
 * @module
 */
import type { RouteAddress } from "../../infra/nats/cluster_config.ts";

const HOST = "127.0.0.1";
const CHUNK_BYTES = 64 * 1024;

/** One road. A cut leaves its connections open and holds what is on them. */
class Road {
  readonly listener: Deno.TcpListener;
  readonly #target: RouteAddress;
  readonly #ends = new Set<Deno.TcpConn>();
  readonly #work: Promise<void>[] = [];
  #healed: PromiseWithResolvers<void> | null = null;

  constructor(readonly from: number, readonly to: number, target: RouteAddress) {
    this.#target = target;
    this.listener = Deno.listen({ hostname: HOST, port: 0 });
    this.#work.push(this.#accept());
  }

  cut(): void {
    this.#healed ??= Promise.withResolvers();
  }

  heal(): void {
    this.#healed?.resolve();
    this.#healed = null;
  }

  async close(): Promise<void> {
    this.listener.close();
    for (const end of this.#ends) end.close();
    this.heal();
    await Promise.allSettled(this.#work);
  }

  async #accept(): Promise<void> {
    try {
      for await (const inbound of this.listener) {
        if (this.#healed === null) this.#work.push(this.#lead(inbound));
        else inbound.close();
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #lead(inbound: Deno.TcpConn): Promise<void> {
    let outbound: Deno.TcpConn;
    try {
      outbound = await Deno.connect({ hostname: this.#target.host, port: this.#target.port });
    } catch {
      // Nobody is there: whoever asked is told.
      inbound.close();
      return;
    }
    const ends = [inbound, outbound];
    for (const end of ends) {
      end.setNoDelay(true);
      this.#ends.add(end);
    }
    await Promise.race([this.#carry(inbound, outbound), this.#carry(outbound, inbound)]);
    for (const end of ends) {
      if (this.#ends.delete(end)) close(end);
    }
  }

  /** Copies until either end is closed. */
  async #carry(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(CHUNK_BYTES);
    try {
      for (;;) {
        const count = await from.read(buffer);
        await this.#healed?.promise;
        if (count === null) return;
        for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
      }
    } catch {
      // Closed by the other direction, or by the end itself.
    }
  }
}

function close(end: Deno.TcpConn): void {
  try {
    end.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** All roads of a cluster. */
export class RouteProxies implements AsyncDisposable {
  readonly #roads: Road[] = [];

  /** For the plan of a cluster: leads a route over a road of its own. */
  readonly route = (from: number, to: number, address: RouteAddress): RouteAddress => {
    const road = new Road(from, to, address);
    this.#roads.push(road);
    return { host: HOST, port: road.listener.addr.port };
  };

  /** Cuts every road that begins or ends at a server. */
  isolate(server: number): void {
    for (const road of this.#roads) if (road.from === server || road.to === server) road.cut();
  }

  /** Heals all roads. */
  heal(): void {
    for (const road of this.#roads) road.heal();
  }

  /** Ends everything. The servers find their routes closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#roads.map((road) => road.close()));
  }
}
