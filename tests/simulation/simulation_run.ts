/**
 * One run of the whole system in the simulation: clients trade while everything breaks; then it heals
 * and must come to the one right end. A broker that broke its word must be found out instead.
 *
 * @module
 */
import { plainMarket } from "../core/matching/venue.ts";
import { killsAll, lose, mustStop } from "./broker_losses.ts";
import type { ClientHistory } from "./client_history.ts";
import { checkEnd } from "./end_check.ts";
import { type Glue, SOUND } from "./glue.ts";
import { MatcherSlot } from "./matcher_slot.ts";
import { SimulatedBroker } from "./simulated_broker.ts";
import { SimulatedClient } from "./simulated_client.ts";
import { SimulatedGateway } from "./simulated_gateway.ts";
import { SimulatedOperator } from "./simulated_operator.ts";
import { ExitCode, HostClock, NO_ANSWER, SimulatedProcess } from "./simulated_process.ts";
import { FOLLOW_SUBJECT } from "./simulated_standby.ts";
import { HEALTHY, SimulatedWorld, SimulationError, START_MICROS } from "./simulated_world.ts";
import { type Accident, keepsLease, type SimulationPlan } from "./simulation_plan.ts";
import { takeSnapshot } from "./snapshot_shelf.ts";
import { suffer } from "./accidents.ts";

/** How long a healed system may take to come to its end. */
const SETTLE_MICROS_MAX = 90_000_000;
const OPEN_MICROS_MAX = 20_000_000;
const LOSS_RETRY_MICROS = 100_000;
/** How often a broker that breaks its word looks for something that would be missed. */
const LOSS_TRIES_MAX = 30;
/** How often somebody writes, where two may lead. */
const STIR_MICROS = 2_000_000;
/** Longer than the horizon of the outcome table. */
const NIGHT_MICROS = 8 * 3_600 * 1_000_000;
/** How often the operator moves money in a run. */
const MOVES = 8;
/** How often the operator uses the kill switch in a run. */
const KILLS = 3;
/** How often the operator changes terms in a run. */
const CHANGES = 6;

/** A gateway, and the host that has another one when it dies. */
export interface GatewaySlot {
  readonly clock: HostClock;
  gateway: SimulatedGateway;
}

/** What came of a run. */
export interface RunResult {
  readonly seed: number;
  readonly traceHash: string;
  readonly commands: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** The world with everything in it. */
export class SimulationRun {
  readonly world: SimulatedWorld;
  readonly broker: SimulatedBroker;
  readonly history: ClientHistory = { commands: [], reads: [] };
  readonly matchers: MatcherSlot[] = [];
  readonly gateways: GatewaySlot[] = [];
  readonly clients: SimulatedClient[] = [];
  readonly operator: SimulatedOperator;
  snapshotter: SimulatedProcess | null = null;
  /** Set once the broker has broken its word: how long its journal was then. */
  #lengthAtLoss: number | null = null;
  #lossTries = 0;
  /** Whether a process that alone could know of a loss ended before it did. */
  isForgotten = false;
  #isFailing = false;
  #isHealed = false;

  constructor(readonly plan: SimulationPlan, readonly glue: Glue) {
    const world = new SimulatedWorld(plan.seed);
    this.world = world;
    this.broker = new SimulatedBroker(world);
    this.broker.stored = (sequence) => this.#stored(sequence);
    for (let index = 0; index < plan.matchers; index++) {
      this.matchers.push(new MatcherSlot(this, index, this.newClock()));
    }
    for (let index = 0; index < plan.gateways; index++) {
      const clock = this.newClock();
      this.gateways.push({ clock, gateway: this.#newGateway(clock) });
    }
    this.operator = new SimulatedOperator(
      new SimulatedProcess("operator", world, this.broker, this.newClock()),
    );
  }

  /** A clock of a new host. */
  newClock(): HostClock {
    const { driftMost, offsetMicrosMost } = this.plan;
    const rate = 1 + (this.world.random() * 2 - 1) * driftMost;
    return new HostClock(this.world, rate, (this.world.random() * 2 - 1) * offsetMicrosMost);
  }

  /** Opens the market while all is well. */
  open(): void {
    this.operator.submit(plainMarket().commands);
    const untilMicros = START_MICROS + OPEN_MICROS_MAX;
    this.world.runUntil(() => this.operator.isDone, untilMicros, () => "the market opens");
    if (!this.operator.isDone) throw new SimulationError("the market does not open");
  }

  /** Lets a day begin: what was moved the day before is older than the outcome table's horizon. */
  sleep(): void {
    const { world } = this;
    this.operator.moveYesterday();
    const untilMicros = world.nowMicros + OPEN_MICROS_MAX;
    world.runUntil(() => this.operator.isDone, untilMicros, () => "the day before ends");
    if (!this.operator.isDone) throw new SimulationError("the day before does not end");
    world.leapMicros += NIGHT_MICROS;
  }

  /** Lets the clients begin, and plans the accidents. */
  plot(): void {
    const { plan, world } = this;
    const spanMicros = plan.spanMillis * 1000;
    world.faults = plan.faults;
    this.#isFailing = plan.faults !== HEALTHY;
    for (let account = 1; account <= plan.clients; account++) {
      this.clients.push(
        new SimulatedClient({
          world,
          history: this.history,
          account,
          commands: plan.commandsEach,
          pauseMicros: spanMicros / plan.commandsEach,
          gateways: () =>
            this.gateways.map(({ gateway }) => gateway).filter(({ process }) => !process.isDead),
          isFailing: () => this.#isFailing,
        }),
      );
    }
    for (let count = 0; count < MOVES; count++) {
      const account = 1 + world.below(5);
      world.after(world.random() * spanMicros, () => this.operator.moveMoney(account));
    }
    for (let count = 0; count < KILLS; count++) {
      world.after(world.random() * spanMicros, () => this.operator.killInstrument());
    }
    for (let count = 0; count < CHANGES; count++) {
      world.after(world.random() * spanMicros, () => this.operator.changeTerms());
    }
    for (const accident of plan.accidents) {
      world.after(accident.atMillis * 1000, () => this.#suffer(accident));
    }
    if (plan.loss !== null) {
      world.after(spanMicros * (0.3 + 0.6 * world.random()), () => this.#lose());
    }
    world.after(spanMicros, () => this.#heal());
  }

  /** Whether everybody has what they wait for, and all replicas stand at the journal's end. */
  get isSettled(): boolean {
    if (this.isForgotten) return true;
    if (this.mustHaveStopped) return this.matchers.every(({ isHalted }) => isHalted);
    const mayBreak = this.plan.loss !== null && this.#lossTries <= LOSS_TRIES_MAX;
    return this.#isHealed && !mayBreak &&
      this.operator.isDone && this.snapshotter === null &&
      this.clients.every(({ isDone }) => isDone) &&
      this.matchers.every((slot) => slot.isAtEnd) &&
      this.matchers.filter(({ matcher }) => matcher?.phase === "leading").length === 1;
  }

  /** What is not settled yet. */
  get unsettled(): string {
    const matchers = this.matchers.map((slot) => slot.description);
    return `${this.clients.filter(({ isDone }) => !isDone).length} clients wait, the operator ` +
      `${this.operator.isDone ? "does not" : "does"}; ${matchers.join("; ")}; journal ` +
      `${this.broker.journal.length}, events ${this.broker.events.length}`;
  }

  /** Whether the run has to end with everybody stopped. */
  get mustHaveStopped(): boolean {
    const { loss } = this.plan;
    return this.#lengthAtLoss !== null && loss !== null && mustStop(loss) && !this.isForgotten;
  }

  /** A process ended by itself: one that trusts the log no longer has a reason, or there is a bug. */
  ended(name: string, code: number, reason: string): void {
    if (this.plan.loss === "journal and events cut" && this.mustHaveStopped) {
      if (reason === NO_ANSWER && name.startsWith("matcher")) this.#forget();
    }
    if (code !== ExitCode.distrust) return;
    this.world.count("process stopped loudly");
    if (this.#lengthAtLoss !== null) return;
    throw new SimulationError(`${name} trusts a log that lost nothing no longer: ${reason}`);
  }

  /** What only a process knew, nobody knows when it is started again. */
  #forget(): void {
    this.world.count("loss forgotten with a process");
    this.isForgotten = true;
  }

  /** Starts a process that takes a snapshot, unless one runs. */
  beginSnapshot(): void {
    if (this.snapshotter !== null) return;
    const over = (code: number, reason: string) => {
      this.snapshotter = null;
      this.ended("the snapshot process", code, reason);
    };
    const clock = this.newClock();
    const process = new SimulatedProcess("snapshots", this.world, this.broker, clock, over);
    this.snapshotter = process;
    process.perform(takeSnapshot(process, this.broker, this.glue), () => {
      process.exit(ExitCode.inOrder, "done");
    });
  }

  /** Kills a gateway; another one with a new name comes in its place. */
  replaceGateway(slot: GatewaySlot): void {
    slot.gateway.process.kill(1 + this.world.random() * 300_000);
    this.world.after(50_000 + this.world.random() * 300_000, () => {
      slot.gateway = this.#newGateway(slot.clock);
    });
  }

  #newGateway(clock: HostClock): SimulatedGateway {
    const sender = 1_000 + this.world.below(2 ** 31);
    const process = new SimulatedProcess(`gateway-${sender}`, this.world, this.broker, clock);
    return new SimulatedGateway(process, sender, this.plan.frameRecords);
  }

  #suffer(accident: Accident): void {
    // Behind a broken word nothing else need break.
    if (!this.mustHaveStopped) suffer(this, accident);
  }

  #heal(): void {
    this.world.faults = HEALTHY;
    this.#isFailing = false;
    this.#isHealed = true;
    this.broker.diskMicrosMost = 1_000;
    if (!keepsLease(this.plan)) this.#stir();
  }

  /** Of two who lead, one without the lease, one is deposed once somebody writes. */
  #stir(): void {
    this.world.after(STIR_MICROS, () => {
      if (this.isSettled) return;
      this.operator.moveMoney(1);
      this.#stir();
    });
  }

  #stored(sequence: number): void {
    if (this.mustHaveStopped) {
      throw new SimulationError(
        `append ${sequence} was stored behind a broker's loss (${this.plan.loss}), ` +
          `journal of ${this.#lengthAtLoss}`,
      );
    }
    const message = this.broker.journal[sequence - 1]?.message;
    for (const connection of this.broker.connections) {
      const handler = connection.subscriptions.get(FOLLOW_SUBJECT);
      if (handler === undefined) continue;
      connection.toProcess(() => handler({ sequence, message }, () => {}));
    }
  }

  /** The last append that every matching process has applied; 0 while one is down. */
  get #leastApplied(): number {
    return Math.min(...this.matchers.map(({ appliedSequence }) => appliedSequence));
  }

  #lose(): void {
    const { broker, plan, world } = this;
    const { loss } = plan;
    if (loss === null) return;
    if (broker.isDown || !lose(loss, broker, world, this.#leastApplied)) {
      if (this.#lossTries++ === LOSS_TRIES_MAX) return;
      this.beginSnapshot();
      world.after(LOSS_RETRY_MICROS, () => this.#lose());
      return;
    }
    this.#lossTries = LOSS_TRIES_MAX + 1;
    broker.drop();
    world.count(`broker broke its word: ${loss}`);
    this.#lengthAtLoss = broker.journal.length;
    broker.restart(1 + world.random() * 300_000);
    if (killsAll(loss)) { for (const slot of this.matchers) slot.kill(); }
    if (killsAll(loss)) this.snapshotter?.kill(1);
    if (killsAll(loss)) this.snapshotter = null;
    // Somebody has to write for it to be seen, where everybody else has said all.
    this.operator.moveMoney(1);
  }
}

/**
 * Runs a plan and checks what must hold.
 *
 * @throws {SimulationError} or an assertion's error, when it does not
 */
export function runSimulation(
  plan: SimulationPlan,
  glue: Glue = SOUND,
  tell: (line: () => string) => void = () => {},
): RunResult {
  const run = new SimulationRun(plan, glue);
  const { world } = run;
  world.tell = tell;
  run.open();
  run.sleep();
  run.plot();
  const untilMicros = world.nowMicros + plan.spanMillis * 1000 + SETTLE_MICROS_MAX;
  world.runUntil(() => run.isSettled, untilMicros, () => run.unsettled);
  if (!run.isSettled) throw new SimulationError(`it does not settle: ${run.unsettled}`);
  checkEnd(run, keepsLease(plan));
  const { seed } = plan;
  const commands = run.history.commands.length;
  return { seed, traceHash: world.traceHash, commands, counts: world.counts };
}
