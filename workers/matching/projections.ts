/**
 * The Workers of the matching process: market data and history, each with its own connection to
 * NATS. They read the events stream and never touch the matching thread; to market data the one that
 * leads hands its events over by a ring as well. Those of a process that stands by follow the stream,
 * so that they are there when it leads. The registrar is another Worker, that carries out what clients
 * have signed; the market goes on without it.
 *
 * @module
 */
import { FrameRingProducer, makeFrameRing } from "../../core/memory/frame_ring.ts";
import { readConfig } from "../../infra/config.ts";
import type { MatchingConfig } from "./matching_config.ts";

/**
 * Slots of 64 bytes in the ring of events: half a million events, a second of the fullest market. What
 * does not fit comes by the stream, through the broker.
 */
const EVENTS_RING_SLOTS = 2 ** 19;
/** How long a Worker may take to end in order. */
const STOP_MILLIS = 1_500;

/** Running projections. They follow the events stream, and publish and answer nothing yet. */
export interface Projections {
  /** Takes the events of the leader at once, as far as it has room; `null`: there is nobody. */
  readonly events: FrameRingProducer | null;
  /**
   * Has them publish and answer; settles when each has caught up and does. A registrar that has failed
   * keeps nobody waiting.
   */
  lead(): Promise<void>;
  /** Ends the Workers in order. */
  stop(): Promise<void>;
}

/**
 * Starts the Workers, unless they are switched off.
 *
 * @param failed called when a Worker dies
 */
export function startProjections(
  config: MatchingConfig,
  failed: (reason: string) => void,
): Projections {
  if (config.projections === "off") {
    return { events: null, lead: () => Promise.resolve(), stop: () => Promise.resolve() };
  }
  const { natsUrl, natsSocket, shard } = config;
  const eventsRing = makeFrameRing(EVENTS_RING_SLOTS);
  const marketData = new ProjectionWorker(
    "market data",
    new URL("../market_data/market_data_worker.ts", import.meta.url),
    { natsUrl, natsSocket, shard, credentials: config.marketDataCredentials, eventsRing },
    failed,
  );
  const workers = [marketData];
  if (config.projections === "on") {
    workers.push(
      new ProjectionWorker(
        "history",
        new URL("../history/history_worker.ts", import.meta.url),
        {
          natsUrl,
          natsSocket,
          shard,
          credentials: config.historyCredentials,
          databasePath: config.historyPath,
        },
        failed,
      ),
    );
  }
  const registrar = startRegistrar(config);
  return {
    events: new FrameRingProducer(eventsRing),
    lead: async () => {
      await Promise.all([...workers.map((worker) => worker.lead()), registrar?.lead()]);
    },
    stop: async () => {
      await Promise.all([...workers.map((worker) => worker.stop()), registrar?.stop()]);
    },
  };
}

/** The registrar; `null` where the process has no credentials for it. */
function startRegistrar(config: MatchingConfig): Pick<ProjectionWorker, "lead" | "stop"> | null {
  const { natsUrl, natsSocket, registrarCredentials, shard } = config;
  if (registrarCredentials === "") return null;
  const { masterKey } = readConfig(["masterKey"]);
  const failed = Promise.withResolvers<void>();
  const worker = new ProjectionWorker(
    "registrar",
    new URL("../registrar/registrar_worker.ts", import.meta.url),
    {
      natsUrl,
      natsSocket,
      shard,
      credentials: registrarCredentials,
      masterKey,
      masterKeyFile: config.masterKeyFile,
      trustsSecrets: config.weightyKeys === "any",
    },
    // Orders need no registrar: it is said, and gateways answer that it is not there.
    (reason) => {
      console.error(`matching: ${reason}; keys and administration wait for a restart`);
      failed.resolve();
    },
  );
  return {
    lead: () => Promise.race([worker.lead(), failed.promise]),
    stop: () => worker.stop(),
  };
}

/** One of the Workers, by the messages that both of them understand. */
class ProjectionWorker {
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();

  constructor(
    name: string,
    module: URL,
    options: Record<string, unknown>,
    failed: (reason: string) => void,
  ) {
    this.#worker = new Worker(module, { type: "module", name });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      failed(`the ${name} worker died: ${event.message}`);
    });
    this.#worker.addEventListener("message", (event: MessageEvent) => {
      const { ready, failure, stopped } = event.data as {
        readonly ready?: boolean;
        readonly failure?: string;
        readonly stopped?: boolean;
      };
      if (ready === true) this.#ready.resolve();
      if (stopped === true) this.#stopped.resolve();
      if (failure !== undefined) failed(`the ${name} worker: ${failure}`);
    });
    this.#worker.postMessage(options);
  }

  /** Settles when the Worker says `{ready: true}`. */
  lead(): Promise<void> {
    this.#worker.postMessage({ lead: true });
    return this.#ready.promise;
  }

  /** Asks the Worker to end (`{stop: true}`, answered by `{stopped: true}`), then ends it anyway. */
  async stop(): Promise<void> {
    const timer = setTimeout(this.#stopped.resolve, STOP_MILLIS);
    this.#worker.postMessage({ stop: true });
    await this.#stopped.promise;
    clearTimeout(timer);
    this.#worker.terminate();
  }
}
