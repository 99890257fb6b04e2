/**
 * The Workers of the matching process: market data and history, each with its own connection to
 * NATS. They read the events stream and never touch the matching thread.
 *
 * @module
 */
import type { MatchingConfig } from "./matching_config.ts";

/** How long a Worker may take to end in order. */
const STOP_MILLIS = 1_500;

/** Running projections. */
export interface Projections {
  /** Ends the Workers in order. */
  stop(): Promise<void>;
}

/**
 * Starts the Workers, unless they are switched off, and waits until each has caught up.
 *
 * @param failed called when a Worker dies
 */
export async function startProjections(
  config: MatchingConfig,
  failed: (reason: string) => void,
): Promise<Projections> {
  if (config.projections === "off") return { stop: () => Promise.resolve() };
  const { natsUrl, natsSocket, shard } = config;
  const workers = await Promise.all([
    startWorker(
      "market data",
      new URL("../market_data/market_data_worker.ts", import.meta.url),
      { natsUrl, natsSocket, shard, credentials: config.marketDataCredentials },
      failed,
    ),
    startWorker(
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
  ]);
  return {
    stop: async () => {
      await Promise.all(workers.map(stopWorker));
    },
  };
}

/** Starts one Worker and settles when it says `{ready: true}`. */
function startWorker(
  name: string,
  module: URL,
  options: Record<string, unknown>,
  failed: (reason: string) => void,
): Promise<Worker> {
  const worker = new Worker(module, { type: "module", name });
  const { promise, resolve } = Promise.withResolvers<Worker>();
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    failed(`the ${name} worker died: ${event.message}`);
  });
  worker.addEventListener("message", (event: MessageEvent) => {
    const { ready, failure } = event.data as { ready?: boolean; failure?: string };
    if (ready === true) resolve(worker);
    if (failure !== undefined) failed(`the ${name} worker: ${failure}`);
  });
  worker.postMessage(options);
  return promise;
}

/** Asks a Worker to end (`{stop: true}`, answered by `{stopped: true}`), then ends it anyway. */
async function stopWorker(worker: Worker): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, STOP_MILLIS);
    worker.addEventListener("message", (event: MessageEvent) => {
      if ((event.data as { stopped?: boolean }).stopped !== true) return;
      clearTimeout(timer);
      resolve();
    });
  });
  worker.postMessage({ stop: true });
  await stopped;
  worker.terminate();
}
