/**
 * A host with a matching process, and the supervisor that starts it again when it dies, unless it
 * trusts the log no longer.
 *
 * @module
 */
import { SimulatedMatcher } from "./simulated_matcher.ts";
import { ExitCode, type HostClock, SimulatedProcess } from "./simulated_process.ts";
import type { SimulationRun } from "./simulation_run.ts";

const RESTART_MICROS_LEAST = 50_000;
const RESTART_MICROS_MORE = 300_000;

/** One host. */
export class MatcherSlot {
  matcher: SimulatedMatcher | null = null;
  /** Whether its process ended for good. */
  isHalted = false;
  #lives = 0;

  constructor(
    readonly run: SimulationRun,
    readonly index: number,
    readonly clock: HostClock,
  ) {
    this.#start(run.world.random() * 5_000);
  }

  /** Whether its replica stands at the journal's end, and all its events are stored. */
  get isAtEnd(): boolean {
    const { matcher } = this;
    if (matcher === null || matcher.replica === null) return false;
    if (matcher.phase !== "leading") {
      return matcher.phase === "standing by" &&
        matcher.replica.journalSequence === this.run.broker.journal.length;
    }
    return matcher.sequencer?.phase === "idle" && matcher.sequencer.waitingCount === 0 &&
      matcher.sequencer.lastSequence === this.run.broker.journal.length &&
      matcher.sender?.waitingCount === 0;
  }

  /** The last append that it has applied; 0 where it is down, or begins. */
  get appliedSequence(): number {
    const { matcher } = this;
    if (matcher === null || matcher.phase === "restoring") return 0;
    return matcher.leader?.appliedSequence ?? matcher.replica?.journalSequence ?? 0;
  }

  /** What it is doing, for people. */
  get description(): string {
    const { matcher } = this;
    if (this.isHalted) return `matcher ${this.index} is halted`;
    if (matcher === null) return `matcher ${this.index} is down`;
    const at = matcher.sequencer?.lastSequence ?? matcher.replica?.journalSequence ?? 0;
    const { phase } = matcher.sequencer ?? { phase: "no sequencer" };
    const waiting = matcher.sender?.waitingCount ?? 0;
    return `${matcher.process.name} is ${matcher.phase} at ${at} (${phase}, ${waiting} events)`;
  }

  /** Kills the process; it is started again. */
  kill(): void {
    if (this.matcher === null) return;
    const { world } = this.run;
    // The connection breaks with the process, or is noticed later, where the host died with it.
    this.matcher.process.kill(1 + world.random() * (world.random() < 0.5 ? 1_000 : 1_000_000));
    this.matcher = null;
    this.#startAgain();
  }

  #start(delayMicros: number): void {
    const { broker, glue, world } = this.run;
    world.after(delayMicros, () => {
      const name = `matcher-${this.index}.${++this.#lives}`;
      const process = new SimulatedProcess(name, world, broker, this.clock, (code, reason) => {
        this.matcher = null;
        this.isHalted = code === ExitCode.distrust;
        this.run.ended(name, code, reason);
        if (!this.isHalted) this.#startAgain();
      });
      this.matcher = new SimulatedMatcher(process, broker, glue);
    });
  }

  #startAgain(): void {
    this.run.world.count("matcher started again");
    this.#start(RESTART_MICROS_LEAST + this.run.world.random() * RESTART_MICROS_MORE);
  }
}
