/**
 * The streams of one gateway: how many there are, of whom, and what has become of them.
 *
 * One timer looks at all of them, and only while there are any: heart-beats, logins that are over,
 * notes of listeners, and the end of the gateway.
 *
 * @module
 */
import type { Exchange } from "../exchange.ts";
import type { Backend } from "../gateway.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import { JointSnapshots } from "./joint_snapshots.ts";
import { ListenerNotes } from "./listener_notes.ts";
import type { StreamEnd } from "./stream_end.ts";

/** Streams of one gateway. */
export const STREAMS_MAX = 10_000;
/** Streams of one address, or of one network of IPv6. */
export const STREAMS_PER_ADDRESS_MAX = 100;
/** Time between two looks at all streams. */
export const SWEEP_MILLIS = 500;

/** How a stream goes out; `binance`: a WebSocket in that dialect. */
export type Transport = "sse" | "ws" | "binance";
/** All of them. */
export const TRANSPORTS: readonly Transport[] = ["sse", "ws", "binance"];

/** A stream as the table sees it. */
export interface LiveStream {
  /** Does what is due by the steady clock. */
  sweep(steadyMicros: number): void;
  end(reason: StreamEnd): void;
}

/** What is counted since the start. */
export interface StreamCounts {
  opened: number;
  items: number;
  bytes: number;
  conflated: number;
  refused: number;
  /** Streams that the gateway ended, by its reason. */
  readonly ended: Map<StreamEnd, number>;
}

/** A place in the table. */
export interface StreamPlace {
  readonly counts: StreamCounts;
  /** Puts the stream there, to be swept. */
  settle(stream: LiveStream): void;
  /** Counts an end of the gateway's own. */
  ended(reason: StreamEnd): void;
  /** The stream is gone. A second call changes nothing. */
  leave(): void;
}

const noCounts = (): StreamCounts => ({
  opened: 0,
  items: 0,
  bytes: 0,
  conflated: 0,
  refused: 0,
  ended: new Map(),
});

/** The table. */
export class StreamTable {
  readonly notes = new ListenerNotes();
  /** By transport. */
  readonly counts: Readonly<Record<Transport, StreamCounts>> = {
    sse: noCounts(),
    ws: noCounts(),
    binance: noCounts(),
  };
  readonly #open: Readonly<Record<Transport, Set<StreamPlace>>> = {
    sse: new Set(),
    ws: new Set(),
    binance: new Set(),
  };
  readonly #streams = new Map<StreamPlace, LiveStream>();
  readonly #perAddress = new Map<string, number>();
  readonly #snapshots = new WeakMap<Backend, JointSnapshots>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Streams that are open. */
  open(transport: Transport): number {
    return this.#open[transport].size;
  }

  /** The snapshots that streams of this backend join with. */
  snapshots(backend: Backend): JointSnapshots {
    const known = this.#snapshots.get(backend);
    if (known !== undefined) return known;
    const made = new JointSnapshots(backend.queries);
    this.#snapshots.set(backend, made);
    return made;
  }

  /** A place for one more stream, or why there is none. */
  enter({ address, deps }: Exchange, transport: Transport): StreamPlace | Problem {
    const counts = this.counts[transport];
    const own = this.#perAddress.get(address) ?? 0;
    const refusal = this.#refusal(deps.isDraining(), own);
    if (refusal !== null) {
      counts.refused++;
      return refusal;
    }
    counts.opened++;
    this.#perAddress.set(address, own + 1);
    const place: StreamPlace = {
      counts,
      settle: (stream) => {
        if (this.#open[transport].has(place)) this.#streams.set(place, stream);
      },
      ended: (reason) => void counts.ended.set(reason, (counts.ended.get(reason) ?? 0) + 1),
      leave: () => {
        if (!this.#open[transport].delete(place)) return;
        this.#streams.delete(place);
        const left = (this.#perAddress.get(address) ?? 1) - 1;
        if (left === 0) this.#perAddress.delete(address);
        else this.#perAddress.set(address, left);
        if (this.#all > 0) return;
        clearInterval(this.#timer);
        this.#timer = undefined;
      },
    };
    this.#open[transport].add(place);
    this.#timer ??= setInterval(() => this.#sweep(deps), SWEEP_MILLIS);
    return place;
  }

  /** Ends all of them, for the gateway stops. */
  drain(): void {
    for (const stream of [...this.#streams.values()]) stream.end("draining");
  }

  get #all(): number {
    return TRANSPORTS.reduce((sum, transport) => sum + this.#open[transport].size, 0);
  }

  #refusal(isDraining: boolean, own: number): Problem | null {
    if (isDraining) return new Problem(EdgeCode.starting, { detail: "This gateway stops." });
    const all = this.#all;
    if (all >= STREAMS_MAX) {
      return new Problem(EdgeCode.streamsFull, {
        limit: `${STREAMS_MAX} streams`,
        value: `${all}`,
      });
    }
    return own < STREAMS_PER_ADDRESS_MAX ? null : new Problem(EdgeCode.tooManyStreams, {
      limit: `${STREAMS_PER_ADDRESS_MAX} streams an address`,
      value: `${own}`,
    });
  }

  #sweep({ isDraining, steadyMicros }: Exchange["deps"]): void {
    const now = steadyMicros();
    for (const stream of [...this.#streams.values()]) {
      if (isDraining()) stream.end("draining");
      else stream.sweep(now);
    }
  }
}
