/**
 * A process of the simulation: it runs on a host with a clock of its own, can be stopped by a signal
 * and go on later where it was, and dies.
 *
 * @module
 */
import { Connection } from "./connection.ts";
import type { SimulatedBroker } from "./simulated_broker.ts";
import { SimulatedWorld, SimulationError } from "./simulated_world.ts";

/** Exit codes, as those of the matching process. */
export const ExitCode = { inOrder: 0, again: 3, distrust: 4 } as const;

/** The clock of a host: how fast it goes, and how far the time of day is from the true one. */
export class HostClock {
  offsetMicros: number;

  /** @param rate microseconds of this clock in one of the world's */
  constructor(readonly world: SimulatedWorld, readonly rate: number, offsetMicros: number) {
    this.offsetMicros = offsetMicros;
  }

  /** The time of day, which may jump. */
  get wallMicros(): number {
    return Math.round(this.world.nowMicros + this.world.leapMicros + this.offsetMicros);
  }

  /** Milliseconds that only go forward. */
  get millis(): number {
    return this.world.millis * this.rate;
  }

  /** The same in whole microseconds. */
  get micros(): number {
    return Math.round(this.world.millis * this.rate * 1000) + 1;
  }
}

/** One step of a task: begins something that calls `resume` at its end. */
export type Step = (resume: () => void) => void;
/** A procedure that waits in between, written from top to bottom as the real one is. */
export type Task<T> = Generator<Step, T, void>;

/** Why a process ends that the broker does not answer. */
export const NO_ANSWER = "the broker did not answer in time";

/** No answer came in time, or nobody was there to give one. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** One life of a process. */
export class SimulatedProcess {
  readonly connection: Connection;
  isDead = false;
  /** What came in while the process was stopped by a signal; `null` while it runs. */
  #missed: (() => void)[] | null = null;

  /**
   * @param exited called once when it ends by itself
   */
  constructor(
    readonly name: string,
    readonly world: SimulatedWorld,
    broker: SimulatedBroker,
    readonly clock: HostClock,
    readonly exited: (code: number, reason: string) => void = () => {},
  ) {
    this.connection = new Connection(world, broker, this);
  }

  /** Whether it is stopped by a signal. */
  get isStopped(): boolean {
    return this.#missed !== null;
  }

  /** Does something in this process: now, when it goes on, or never. */
  run(step: () => void): void {
    if (this.isDead) return;
    if (this.#missed !== null) {
      this.#missed.push(step);
      return;
    }
    try {
      step();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Does something after some microseconds of its own clock. */
  after(micros: number, step: () => void): void {
    this.world.after(micros / this.clock.rate, () => this.run(step));
  }

  /** Does something again and again, until `isOver`. */
  every(micros: number, isOver: () => boolean, step: () => void): void {
    this.after(micros, () => {
      if (isOver()) return;
      step();
      this.every(micros, isOver, step);
    });
  }

  /** Carries a task out. */
  perform<T>(task: Task<T>, done: (result: T) => void = () => {}): void {
    const go = (): void =>
      this.run(() => {
        const { done: isDone, value } = task.next();
        if (isDone === true) done(value as T);
        else (value as Step)(go);
      });
    go();
  }

  /** Stops by a signal, and goes on later where it was. */
  stop(micros: number): void {
    if (this.#missed !== null || this.isDead) return;
    this.#missed = [];
    this.world.after(micros, () => {
      const missed = this.#missed ?? [];
      this.#missed = null;
      for (const step of missed) this.run(step);
    });
  }

  /** Ends by itself. */
  exit(code: number, reason: string): void {
    if (this.isDead) return;
    this.world.trace(`${this.name} exits with ${code}: ${reason}`);
    this.kill(0);
    this.exited(code, reason);
  }

  /** Dies at once; the broker notices a while later. */
  kill(noticedMicros: number): void {
    this.isDead = true;
    this.connection.abandon(noticedMicros);
  }

  #failed(error: unknown): void {
    if (error instanceof SimulationError) throw error;
    const code = DISTRUST.has((error as Error).name) ? ExitCode.distrust : ExitCode.again;
    const isExpected = code === ExitCode.distrust || error instanceof NoAnswerError;
    if (!isExpected) throw error;
    this.exit(code, (error as Error).message);
  }
}

/** The errors after which a matching process is not started again. */
const DISTRUST: ReadonlySet<string> = new Set([
  "EventsMismatchError",
  "JournalBehindError",
  "JournalDamagedError",
  "JournalGapError",
  "StateDivergedError",
  "StreamDamagedError",
]);

/** Lets some microseconds of the process's clock pass. */
export function* pause(process: SimulatedProcess, micros: number): Task<void> {
  yield (resume) => process.after(micros, resume);
}
