/**
 * The components of the market: how each is launched, when it is up, and what it may do.
 *
 * @module
 */
import { endServer } from "../../infra/nats/server_process.ts";
import type { RunningNats } from "../../infra/nats/launch.ts";
import type { ComponentSpec, Launched, NatsName } from "./component.ts";
import { type DenoProcessSpec, spawnDeno } from "./deno_process.ts";

/** Modules of the components that are processes of Deno, from the project's root. */
export const ENTRIES = {
  matching: "workers/matching/matching_main.ts",
  gateway: "routes/main.ts",
  demo: "workers/demo/demo_main.ts",
} as const;
/** Module of the process that takes snapshots, from the project's root. */
export const SNAPSHOTS_ENTRY = "workers/snapshots/snapshots_main.ts";
/** Modules of the matching process's Workers, from the project's root. */
export const WORKER_ENTRIES = [
  "workers/market_data/market_data_worker.ts",
  "workers/history/history_worker.ts",
  "workers/registrar/registrar_worker.ts",
] as const;

/** Exit code of a process that refuses its configuration. */
const EXIT_CONFIGURATION = 2;
/** Exit code of a matching process that does not trust its log. */
const EXIT_DISTRUST = 4;
/** Time between two questions to a gateway that is starting. */
const POLL_MILLIS = 25;
/** Longest wait for the answer to one of them. */
const PROBE_MILLIS_MAX = 2_000;

const CONFIGURATION_REFUSAL = "it refuses its configuration, see the line above; correct the " +
  "variable and start again";

/** A nats-server: the only one, or one of a cluster. */
export function natsComponent(name: NatsName, start: () => Promise<RunningNats>): ComponentSpec {
  return {
    name,
    async launch(): Promise<Launched> {
      const server = await start();
      return {
        pid: server.pid,
        ready: Promise.resolve(),
        exited: server.exited,
        end: (graceMillis) => endServer(server.process, graceMillis),
        about: `nats-server ${server.version}  ${server.url}  ${server.webSocketUrl}`,
      };
    },
    refusal: () => null,
  };
}

/** The matching process. It is up when it leads: it says so in a line of JSON. */
export function matchingComponent(
  spec: () => Omit<DenoProcessSpec, "onLine">,
): ComponentSpec {
  return {
    name: "matching",
    launch: () => Promise.resolve(launchUntilReadyLine(spec(), (line) => `epoch ${line.epoch}`)),
    refusal: (code) => {
      if (code === EXIT_CONFIGURATION) return CONFIGURATION_REFUSAL;
      if (code !== EXIT_DISTRUST) return null;
      return "the log cannot be trusted, so it is not started again by itself. Copy the data " +
        'directory before anything else, then read "When the log is damaged" in ARCHITECTURE.md';
    },
  };
}

/** The traders of `--demo`. They are up when they have quoted. */
export function demoComponent(spec: () => Omit<DenoProcessSpec, "onLine">): ComponentSpec {
  return {
    name: "demo",
    launch: () => Promise.resolve(launchUntilReadyLine(spec(), (line) => `${line.about}`)),
    refusal: (code) => code === EXIT_CONFIGURATION ? CONFIGURATION_REFUSAL : null,
  };
}

/** The gateway. It is up when it says that it lives, whatever it can reach. */
export function gatewayComponent(
  url: string,
  spec: () => Omit<DenoProcessSpec, "onLine">,
): ComponentSpec {
  return {
    name: "gateway",
    launch(): Promise<Launched> {
      const made = spec();
      const child = spawnDeno({ ...made, onLine: made.say });
      const ready = answers(`${url}/health/live`, child.status);
      return Promise.resolve(launchedOf(child, ready, () => url));
    },
    refusal: (code) => code === EXIT_CONFIGURATION ? CONFIGURATION_REFUSAL : null,
  };
}

/** Settles when a URL answers with success, asked again and again until `ended` settles. */
export async function answers(url: string, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  void ended.then(() => isOver = true);
  while (!isOver) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_MILLIS_MAX) });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet; when it dies instead, the loop ends with it.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
  // Whoever waits races this against the end of the process.
  await new Promise<void>(() => {});
}

function launchUntilReadyLine(
  spec: Omit<DenoProcessSpec, "onLine">,
  about: (line: Record<string, unknown>) => string,
): Launched {
  const up = Promise.withResolvers<void>();
  let text = "";
  const child = spawnDeno({
    ...spec,
    onLine: (line) => {
      const said = readyLine(line);
      if (said === null) return spec.say(line);
      text = about(said);
      up.resolve();
    },
  });
  return launchedOf(child, up.promise, () => text);
}

function readyLine(line: string): Record<string, unknown> | null {
  try {
    const said = JSON.parse(line);
    return said?.ready === true ? said : null;
  } catch {
    return null;
  }
}

function launchedOf(
  child: Deno.ChildProcess,
  ready: Promise<void>,
  about: () => string,
): Launched {
  return {
    pid: child.pid,
    ready,
    exited: child.status,
    end: (graceMillis) => endServer(child, graceMillis),
    get about() {
      return about();
    },
  };
}
