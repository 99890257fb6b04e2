/**
 * One supervised process: started, watched, started again when it dies, ended in order.
 *
 * @module
 */
import { RESTART_WINDOW_MILLIS, RestartPolicy, RESTARTS_MAX } from "./restart_policy.ts";
import type { Say } from "./log_lines.ts";

/** Names of the components, as in `run/NAME.pid`. */
export type ComponentName = NatsName | "matching" | "gateway" | "demo";

/** Names of nats-servers: of the one, or of the first three of a cluster. */
export const NATS_NAMES = ["nats", "nats-2", "nats-3"] as const;
/** One of {@link NATS_NAMES}. */
export type NatsName = (typeof NATS_NAMES)[number];

/** A process of a component. */
export interface Launched {
  readonly pid: number;
  /** Settles when the process serves; never when it dies before. */
  readonly ready: Promise<void>;
  /** Settles when it has ended. */
  readonly exited: Promise<Deno.CommandStatus>;
  /** Ends it in order, by force after `graceMillis`; settles when it has ended. */
  end(graceMillis: number): Promise<void>;
  /** What is said of it when it is up. */
  readonly about: string;
}

/** What a component is. */
export interface ComponentSpec {
  readonly name: ComponentName;
  /** Starts the process. A failure counts as a death. */
  launch(): Promise<Launched>;
  /** Why an exit code must not be answered with another start, with what to do; else `null`. */
  refusal(code: number): string | null;
}

/** Who wants to know what becomes of a component. */
export interface ComponentListener {
  readonly say: Say;
  /** Each new pid, before anything else is done with the process. */
  readonly launched: (name: ComponentName, pid: number) => Promise<void>;
  /** It will not be started again. */
  readonly givenUp: (reason: string) => void;
}

/** Keeps one process running until it is told to stop. */
export class Component {
  readonly #spec: ComponentSpec;
  readonly #listener: ComponentListener;
  readonly #policy: Pick<RestartPolicy, "died" | "recent">;
  readonly #up = Promise.withResolvers<void>();
  #current: Launched | null = null;
  #isStopping = false;
  #endPause: () => void = () => {};
  #done: Promise<void> = Promise.resolve();

  constructor(
    spec: ComponentSpec,
    listener: ComponentListener,
    policy: Pick<RestartPolicy, "died" | "recent"> = new RestartPolicy(),
  ) {
    this.#spec = spec;
    this.#listener = listener;
    this.#policy = policy;
  }

  /** Pid of the present process, 0 while there is none. */
  get pid(): number {
    return this.#current?.pid ?? 0;
  }

  /** Starts it; settles when it is up for the first time. Never rejects: see the listener. */
  start(): Promise<void> {
    this.#done = this.#keepRunning();
    return this.#up.promise;
  }

  /** Ends the process and starts no other. Settles when it has ended, or launching is over. */
  async stop(graceMillis: number): Promise<void> {
    this.#isStopping = true;
    this.#endPause();
    await this.#current?.end(graceMillis);
    await this.#done;
  }

  async #keepRunning(): Promise<void> {
    // Bounded by the policy, which gives up.
    while (!this.#isStopping) {
      const reason = await this.#runOnce();
      this.#current = null;
      if (reason === null || this.#isStopping) return;
      const { name } = this.#spec;
      const pause = this.#policy.died(performance.now());
      if (pause === null) {
        const span = `${RESTART_WINDOW_MILLIS / 1_000} s`;
        const often = `more than ${RESTARTS_MAX} times in ${span}`;
        return this.#listener.givenUp(`${name} died ${often}; the last time ${reason}`);
      }
      const times = `${this.#policy.recent} of at most ${RESTARTS_MAX}`;
      this.#listener.say(`${name} ${reason}; starting it again in ${pause} ms (${times})`);
      await this.#pause(pause);
    }
  }

  /** Runs one process to its end. Returns why it ended, or `null` when that is the end of it all. */
  async #runOnce(): Promise<string | null> {
    const { name } = this.#spec;
    const began = performance.now();
    let launched: Launched;
    try {
      launched = await this.#spec.launch();
    } catch (error) {
      return `was not started: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#current = launched;
    if (this.#isStopping) {
      await launched.end(0);
      return null;
    }
    await this.#listener.launched(name, launched.pid);
    const isUp = await Promise.race([
      launched.ready.then(() => true),
      launched.exited.then(() => false),
    ]);
    if (isUp && !this.#isStopping) {
      const millis = Math.round(performance.now() - began);
      const pid = `pid ${launched.pid}`;
      this.#listener.say(`${name.padEnd(8)} up  ${pid.padEnd(11)} ${millis} ms  ${launched.about}`);
      this.#up.resolve();
    }
    const status = await launched.exited;
    if (this.#isStopping) return null;
    const refusal = status.signal === null ? this.#spec.refusal(status.code) : null;
    if (refusal === null) return `died by ${endOf(status)}`;
    this.#listener.givenUp(`${name} ended with exit code ${status.code}: ${refusal}`);
    return null;
  }

  #pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function endOf(status: Deno.CommandStatus): string {
  return status.signal === null ? `exit code ${status.code}` : `signal ${status.signal}`;
}
