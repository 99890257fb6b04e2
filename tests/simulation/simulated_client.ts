/**
 * A client of the simulation: trades with one account through whichever gateway is there, sends again
 * what it got no answer to, and reads its balances and open orders.
 *
 * @module
 */
import {
  amend,
  buy,
  by,
  cancel,
  cancelAll,
  type Command,
  decrement,
  expireBoth,
  expireMaker,
  ioc,
  postOnly,
  selfTransfer,
  sell,
  until,
} from "../support/commands.ts";
import type { NumberedCommand } from "../support/frames.ts";
import { type ClientCommand, type ClientHistory, isLate, outcomeOf } from "./client_history.ts";
import type { GatewayAnswer, SimulatedGateway } from "./simulated_gateway.ts";
import type { LiveQuery } from "./simulated_matcher.ts";
import type { SimulatedWorld } from "./simulated_world.ts";

/** Longest time on the way between a client and a gateway. */
const WAY_MICROS_MAX = 2_000;
/** Share of requests, and of answers, that are lost between a client and a gateway while it fails. */
const LOSS_SHARE = 0.02;
const TIMEOUT_MICROS = 1_500_000;
const WAIT_MICROS = 1_000_000;
const RETRY_MICROS_MAX = 60_000;
/** How long a command may take to get to the leader, where its client says. */
const DEADLINE_MICROS = 1_200_000;
/** Commands that a client has open at once. */
const OPEN_MAX = 3;
/** Shares of what a client does. */
const READ_SHARE = 0.25;
const REPEAT_SHARE = 0.08;

/** What a client works with. */
export interface ClientParts {
  readonly world: SimulatedWorld;
  readonly history: ClientHistory;
  readonly account: number;
  /** Commands that it sends. */
  readonly commands: number;
  /** Average time between two of them. */
  readonly pauseMicros: number;
  /** Gateways that can be reached now. */
  readonly gateways: () => readonly SimulatedGateway[];
  /** Whether the network between clients and gateways fails now. */
  readonly isFailing: () => boolean;
}

/** One client. */
export class SimulatedClient {
  readonly #parts: ClientParts;
  readonly #own: string[] = [];
  #sent = 0;
  #open = 0;
  #reads = 0;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    parts.world.after(parts.world.random() * parts.pauseMicros, () => this.#act());
  }

  /** Whether everything was sent and answered. */
  get isDone(): boolean {
    return this.#sent === this.#parts.commands && this.#open === 0 && this.#reads === 0;
  }

  #act(): void {
    const { commands, history, pauseMicros, world } = this.#parts;
    if (this.#sent === commands) return;
    world.after(world.random() * 2 * pauseMicros, () => this.#act());
    if (world.random() < READ_SHARE) this.#read();
    if (this.#open === OPEN_MAX) return;
    const command = this.#nextCommand();
    const entry: ClientCommand = { command, sentMicros: world.nowMicros, answers: [] };
    history.commands.push(entry);
    this.#sent++;
    this.#open++;
    this.#send(entry, world.random() < REPEAT_SHARE ? 2 : 1);
  }

  #nextCommand(): NumberedCommand {
    const { account, world } = this.#parts;
    const number = this.#sent + 1;
    const requestId = requestIdOf(account, number);
    const changes = [by(account), ...(world.random() < 0.1 ? [until(1)] : [])];
    return { ...this.#draw(changes), requestId } as NumberedCommand;
  }

  #draw(changes: { readonly account?: number; readonly deadlineMicros?: number }[]): Command {
    const { world } = this.#parts;
    const dice = world.random();
    const target = this.#own[Math.max(0, this.#own.length - 1 - world.below(6))];
    if (target !== undefined && dice < 0.2) return cancel(target, ...changes);
    if (target !== undefined && dice < 0.3) {
      const price = world.random() < 0.4 ? 0 : 97 + world.below(8);
      return amend(target, { price, quantity: 1 + world.below(12) }, ...changes);
    }
    if (dice < 0.32) return cancelAll(...changes, dice < 0.31 ? {} : { side: world.below(2) });
    const place = world.random() < 0.5 ? buy : sell;
    const style = [{}, {}, {}, {}, ioc, postOnly, expireBoth, expireMaker, decrement, selfTransfer];
    this.#own.push(requestIdOf(this.#parts.account, this.#sent + 1));
    return place(1 + world.below(9), 97 + world.below(7), ...changes, style[world.below(10)]);
  }

  /** @param times how often the client wants to hear it */
  #send(entry: ClientCommand, times: number): void {
    const { world } = this.#parts;
    const gateway = this.#anyGateway();
    const again = () => {
      world.count("command sent again by its client");
      world.after(world.random() * RETRY_MICROS_MAX, () => this.#send(entry, times));
    };
    if (gateway === null) return again();
    let isOver = false;
    const once = (answer: GatewayAnswer | null) => {
      if (isOver) return;
      isOver = true;
      if (answer === null || typeof answer === "string" || isLate(answer)) return again();
      const outcome = outcomeOf(entry.command.kind, answer);
      const { sequence } = answer;
      entry.answers.push({ outcome, sequence, heardMicros: world.nowMicros });
      world.trace(`${entry.command.requestId}: ${outcome}`);
      if (times > 1) {
        world.count("command repeated by its client");
        this.#send(entry, times - 1);
      } else this.#open--;
    };
    this.#carry(() =>
      gateway.process.run(() =>
        gateway.submit(
          withDeadline(entry.command, gateway),
          WAIT_MICROS,
          (answer) => this.#carry(() => once(answer)),
        )
      )
    );
    world.after(TIMEOUT_MICROS, () => once(null));
  }

  #read(): void {
    const { account, world } = this.#parts;
    const kind = world.random() < 0.5 ? "balances" : "openOrders";
    this.#reads++;
    this.#ask({ kind, account }, world.nowMicros);
  }

  /** Reads until there is an answer; the read began when it was asked first. */
  #ask(query: LiveQuery, sentMicros: number): void {
    const { history, world } = this.#parts;
    const gateway = this.#anyGateway();
    const again = () => {
      world.count("read sent again by its client");
      world.after(world.random() * RETRY_MICROS_MAX, () => this.#ask(query, world.nowMicros));
    };
    if (gateway === null) return again();
    let isOver = false;
    const once = (found: { readonly sequence: number; readonly content: string } | null) => {
      if (isOver) return;
      isOver = true;
      if (found === null) return again();
      this.#reads--;
      world.count("read answered");
      history.reads.push({ query, sentMicros, heardMicros: world.nowMicros, ...found });
    };
    this.#carry(() =>
      gateway.process.run(() => gateway.query(query, (answer) => this.#carry(() => once(answer))))
    );
    world.after(TIMEOUT_MICROS, () => once(null));
  }

  #anyGateway(): SimulatedGateway | null {
    const gateways = this.#parts.gateways();
    return gateways[this.#parts.world.below(gateways.length)] ?? null;
  }

  #carry(deliver: () => void): void {
    const { isFailing, world } = this.#parts;
    if (isFailing() && world.random() < LOSS_SHARE) return world.count("client message lost");
    world.after(50 + world.random() * WAY_MICROS_MAX, deliver);
  }
}

/** The request id of a client's command: a number or a text, as clients choose. */
function requestIdOf(account: number, number: number): string {
  return number % 2 === 0 ? `c${account}-${number}` : String(account * 1000 + number);
}

/** A command that has a deadline gets it when it is sent, by the gateway's clock. */
function withDeadline(command: NumberedCommand, { process }: SimulatedGateway): NumberedCommand {
  if (command.deadlineMicros === 0) return command;
  return { ...command, deadlineMicros: process.clock.wallMicros + DEADLINE_MICROS };
}
