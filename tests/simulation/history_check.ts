/**
 * Holds what clients were told against the log: each command is in it once, before anybody was told,
 * with the outcome that everybody was told; and what was read was true when it was read.
 *
 * Every answer has the sequence of an event. Answers and reads are linearizable when the sequences
 * agree with real time: what began after an answer was heard is behind it.
 *
 * @module
 */
import type { ShardState } from "../../core/matching/shard_state.ts";
import { requestKeyOfClientOrderId } from "../../core/protocol/request_key.ts";
import type { ClientCommand, ClientHistory, ClientRead } from "./client_history.ts";
import { commandName, type LoggedCommand, type LogMeaning } from "./log_check.ts";
import type { StoredAppend } from "./simulated_broker.ts";
import { answerFrom } from "./simulated_matcher.ts";
import { SimulationError } from "./simulated_world.ts";

/** Checks reads against the states that the log goes through. */
export class ReadCheck {
  readonly #bySequence = new Map<number, ClientRead[]>();
  #left: number;

  constructor(reads: readonly ClientRead[]) {
    this.#left = reads.length;
    for (const read of reads) {
      const same = this.#bySequence.get(read.sequence);
      if (same === undefined) this.#bySequence.set(read.sequence, [read]);
      else same.push(read);
    }
  }

  /** The state behind the next append. */
  applied(state: ShardState, { storedMicros }: StoredAppend): void {
    for (const read of this.#bySequence.get(state.events.sequence) ?? []) {
      this.#left--;
      must(storedMicros <= read.heardMicros, "what was read was in the log", nameOf(read));
      const { content } = answerFrom(state, read.query);
      must(
        content === read.content,
        `${read.content} is what the log says: ${content}`,
        nameOf(read),
      );
    }
  }

  /** No read showed a state that the log does not go through. */
  end(): void {
    must(this.#left === 0, "every read shows a state of the log", `${this.#left} reads`);
  }
}

/** Checks everything that clients were told. */
export function checkHistory(
  { commands, reads }: ClientHistory,
  log: LogMeaning,
  areReadsTrue: boolean,
): void {
  const heard = new HeardSequences();
  const logged = commands.map((one) => loggedOf(one, log));
  for (const [index, one] of commands.entries()) {
    checkCommand(one, logged[index]);
    heard.add(one.answers[0].heardMicros, logged[index].sequence);
  }
  if (areReadsTrue) { for (const read of reads) heard.add(read.heardMicros, read.sequence); }
  heard.sort();
  for (const [index, { command, sentMicros }] of commands.entries()) {
    const least = heard.before(sentMicros);
    must(
      logged[index].sequence > least,
      `event ${
        logged[index].sequence
      } is behind event ${least}, which was known before it was sent`,
      `command ${command.requestId}`,
    );
  }
  if (!areReadsTrue) return;
  for (const read of reads) {
    const least = heard.before(read.sentMicros);
    must(
      read.sequence >= least,
      `event ${read.sequence} is not before event ${least}, which was known before it was asked`,
      nameOf(read),
    );
  }
}

function loggedOf({ command }: ClientCommand, log: LogMeaning): LoggedCommand {
  const { high, low } = requestKeyOfClientOrderId(command.requestId);
  const logged = log.commands.get(commandName(command.account, low, high));
  if (logged !== undefined) return logged;
  throw new SimulationError(`command ${command.requestId} was answered, but is not in the log`);
}

function checkCommand(
  { answers, command, sentMicros }: ClientCommand,
  logged: LoggedCommand,
): void {
  const name = `command ${command.requestId}`;
  must(answers.length > 0, "it was answered", name);
  for (const { heardMicros, outcome } of answers) {
    must(outcome === logged.outcome, `${outcome} was heard, the log has ${logged.outcome}`, name);
    must(heardMicros >= logged.storedMicros, "it was in the log before it was answered", name);
  }
  must(logged.storedMicros >= sentMicros, "it is in the log only after it was sent", name);
}

/** The highest sequence that anybody knew at a time. */
class HeardSequences {
  readonly #points: { readonly micros: number; sequence: number }[] = [];

  add(micros: number, sequence: number): void {
    this.#points.push({ micros, sequence });
  }

  sort(): void {
    this.#points.sort((one, other) => one.micros - other.micros);
    let most = 0;
    for (const point of this.#points) point.sequence = most = Math.max(most, point.sequence);
  }

  before(micros: number): number {
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#points[middle].micros < micros) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.#points[low - 1].sequence;
  }
}

const nameOf = ({ query }: ClientRead): string => `a read of ${query.kind} of ${query.account}`;

function must(holds: boolean, what: string, who: string): void {
  if (!holds) throw new SimulationError(`clients were told what is not so, ${who}: ${what}`);
}
