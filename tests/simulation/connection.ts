/**
 * The connection of one process to the broker. Everything between processes goes through it, as in
 * NATS: what is on its way when it breaks is lost, and a process that lost it hears so later and
 * connects again.
 *
 * @module
 */
import type { SimulatedBroker } from "./simulated_broker.ts";
import { NO_ANSWER, NoAnswerError, type SimulatedProcess, type Task } from "./simulated_process.ts";
import type { Lane, SimulatedWorld } from "./simulated_world.ts";

/** How long a process waits for an answer unless it says otherwise. */
const ANSWER_MICROS_MAX = 1_000_000;
/** Longest time until a process sees that its connection broke. */
const NOTICE_MICROS_MAX = 5_000;
/** Pause between two attempts to connect. */
const CONNECT_MICROS = 60_000;
/** What is sent while there is no connection is kept, up to so many messages. */
const PENDING_MAX = 64;

/** Takes a message; `respond` carries an answer back, where one is wanted. */
export type Handler = (payload: unknown, respond: (answer: unknown) => void) => void;

/** A process's connection, from its first attempt to its death. */
export class Connection {
  readonly subscriptions = new Map<string, Handler>();
  readonly disconnected: (() => void)[] = [];
  readonly reconnected: (() => void)[] = [];
  /** Whether the network between the two is cut. */
  isCut = false;
  /** Whether the broker has this connection. */
  isOpen = false;
  readonly #out: Lane = { dueMicros: 0 };
  readonly #in: Lane = { dueMicros: 0 };
  #life = 0;
  /** Whether the process believes that it is connected. */
  #isBelieved = false;
  #isAbandoned = false;
  #wasConnected = false;
  #pending: (() => void)[] = [];

  constructor(
    readonly world: SimulatedWorld,
    readonly broker: SimulatedBroker,
    readonly process: SimulatedProcess,
  ) {
    world.after(200, () => this.#connect());
  }

  /** Carries something to the broker, which does it. */
  toBroker(run: () => void): void {
    if (!this.#isBelieved) {
      if (this.#pending.length < PENDING_MAX) this.#pending.push(run);
      return;
    }
    const life = this.#life;
    this.world.carry(this.#out, () => {
      if (this.isOpen && !this.isCut && life === this.#life) run();
    });
  }

  /** Carries something from the broker to the process, which does it. */
  toProcess(run: () => void): void {
    const life = this.#life;
    if (!this.isOpen) return;
    this.world.carry(this.#in, () => {
      if (!this.isCut && life === this.#life) this.process.run(run);
    });
  }

  /** Publishes to whoever listens; answers, or `null` where nobody does, come to `answered`. */
  publish(subject: string, payload: unknown, answered?: (answer: unknown) => void): void {
    this.toBroker(() => this.broker.publish(this, subject, payload, answered));
  }

  /** Has the broker do something with what it keeps. `answered` runs as often as the answer comes. */
  ask<T>(carryOut: () => T, isWrite: boolean, answered: (answer: T) => void): void {
    this.toBroker(() => {
      const answer = (result: T) => this.toProcess(() => answered(result));
      if (isWrite) this.broker.write(carryOut, answer);
      else answer(carryOut());
    });
  }

  /** As {@link ask}, but the first answer counts, and `null` says that none came in time. */
  askOnce<T>(
    carryOut: () => T,
    isWrite: boolean,
    waitMicros: number,
    answered: (answer: T | null) => void,
  ): void {
    let isOver = false;
    const once = (answer: T | null) => {
      if (isOver) return;
      isOver = true;
      answered(answer);
    };
    this.ask(carryOut, isWrite, once);
    this.process.after(waitMicros, () => once(null));
  }

  /**
   * As {@link askOnce}, in a task.
   *
   * @throws {NoAnswerError}
   */
  *answerOf<T>(carryOut: () => T, isWrite = false): Task<T> {
    let answer: T | null = null;
    yield (resume) =>
      this.askOnce<T>(carryOut, isWrite, ANSWER_MICROS_MAX, (result) => {
        answer = result;
        resume();
      });
    if (answer === null) throw new NoAnswerError(NO_ANSWER);
    return answer;
  }

  /** The broker, or the network, breaks the connection; the process sees it a little later. */
  break(noticedMicros = this.world.random() * NOTICE_MICROS_MAX): void {
    if (!this.isOpen) return;
    this.#close();
    if (this.#isAbandoned) return;
    this.world.after(noticedMicros, () => this.process.run(() => this.#noticed()));
  }

  /** The process is dead: the broker sees it after a while. */
  abandon(noticedMicros: number): void {
    this.#isAbandoned = true;
    if (noticedMicros === 0) this.#close();
    else this.world.after(noticedMicros, () => this.#close());
  }

  #close(): void {
    this.isOpen = false;
    this.#life++;
    this.broker.connections.delete(this);
  }

  #noticed(): void {
    if (!this.#isBelieved || this.isOpen) return;
    this.#isBelieved = false;
    for (const listener of this.disconnected) listener();
    this.world.after(this.world.random() * CONNECT_MICROS, () => this.#connect());
  }

  #connect(): void {
    if (this.#isAbandoned || this.process.isDead) return;
    if (this.isCut || this.broker.isDown || this.process.isStopped) {
      this.world.after(CONNECT_MICROS, () => this.#connect());
      return;
    }
    this.#life++;
    this.isOpen = true;
    this.#isBelieved = true;
    this.broker.connections.add(this);
    const pending = this.#pending;
    this.#pending = [];
    for (const run of pending) this.toBroker(run);
    if (this.#wasConnected) {
      this.process.run(() => this.reconnected.forEach((listener) => listener()));
    }
    this.#wasConnected = true;
  }
}
