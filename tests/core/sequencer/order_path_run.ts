/**
 * One run of the order path in the simulation: gateways submit orders while the network fails, the
 * broker is killed and leaders die, stall and are taken over from; then everything heals and must
 * come to the one right end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { listBalances, listOpenOrders } from "../../../core/matching/inspect.ts";
import type { ShardState } from "../../../core/matching/shard_state.ts";
import { EventFlag, EventKind } from "../../../core/protocol/event_record.ts";
import { FrameKind } from "../../../core/protocol/frame.ts";
import { positionEpoch, positionStampMicros } from "../../../core/protocol/position.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { type EventView, readEvents } from "../matching/event_view.ts";
import { plainMarket } from "../matching/venue.ts";
import { seededRandom } from "../market_data/random_orders.ts";
import { buy, by, ioc, sell } from "../../support/commands.ts";
import { FrameSource } from "../../support/frames.ts";
import { SimulatedGateway } from "./simulated_gateway.ts";
import { replay, type Reply, SimulatedLeader } from "./simulated_leader.ts";
import { HEALTHY, type NetworkFaults, SimulatedWorld } from "./simulated_world.ts";

/** Something that breaks, and when. */
export interface Accident {
  readonly atMillis: number;
  readonly kind: "killBroker" | "killLeader" | "stallLeader" | "takeOver";
  readonly millis: number;
}

/** What a run is made of. */
export interface RunPlan {
  readonly seed: number;
  readonly faults: NetworkFaults;
  readonly orders: number;
  /** Time over which the orders come. */
  readonly spanMillis: number;
  readonly frameRecords: number;
  readonly accidents: readonly Accident[];
}

const GATEWAYS = 2;
const ADMINISTRATOR = 77;
/** Pause before a leader that died is started again. */
const RESTART_MICROS = 120_000;

/** The world, its gateways and its leaders. */
class OrderPathRun {
  readonly world: SimulatedWorld;
  readonly gateways: SimulatedGateway[] = [];
  leaders: SimulatedLeader[] = [];
  #writers = 0;

  constructor(readonly plan: RunPlan) {
    this.world = new SimulatedWorld(seededRandom(plan.seed), HEALTHY);
    for (let index = 0; index < GATEWAYS; index++) {
      const publish = (frame: Uint8Array, reply: Reply) =>
        this.#toLeaders(frame, FrameKind.orders, reply);
      const gateway = new SimulatedGateway(this.world, 100 + index, plan.frameRecords, publish);
      this.gateways.push(gateway);
      this.world.reconnected.push(() => gateway.reconnected());
    }
  }

  /** Opens the market while all is well. */
  open(): void {
    this.lead();
    this.world.runUntil(() => this.world.stream.length === 1, "the first claim");
    const frame = new FrameSource(ADMINISTRATOR).frame(plainMarket().commands);
    this.#toLeaders(frame.bytes, FrameKind.administration, () => {});
    this.world.runUntil(() => this.world.stream.length === 2, "the market");
  }

  /** Starts one more leader; it replays now and claims a little later. */
  lead(): void {
    const leader = new SimulatedLeader(this.world, ++this.#writers, () => this.#replace(leader));
    this.leaders.push(leader);
    this.world.after(this.world.random() * 20_000, () => leader.start());
  }

  #replace(leader: SimulatedLeader): void {
    this.leaders = this.leaders.filter((one) => one !== leader);
    this.world.after(RESTART_MICROS, () => {
      if (this.leaders.length === 0) this.lead();
    });
  }

  #toLeaders(frame: Uint8Array, kind: number, reply: Reply): void {
    for (const leader of this.leaders) {
      this.world.carry(() => leader.receive(frame, kind, reply));
    }
  }

  /** Lets the accident happen to the leader that came last. */
  suffer(accident: Accident): void {
    const micros = accident.millis * 1000;
    const leader = this.leaders.at(-1);
    if (accident.kind === "killBroker") this.world.restartBroker(micros);
    else if (accident.kind === "takeOver") this.lead();
    else if (accident.kind === "stallLeader") leader?.stall(micros);
    else if (leader !== undefined) {
      leader.kill();
      this.#replace(leader);
    }
  }

  /** Plans the orders and the accidents. */
  plot(): void {
    const { world, plan } = this;
    world.faults = plan.faults;
    world.reconnected.push(() => this.leaders.forEach((leader) => leader.reconnected()));
    for (let index = 0; index < plan.orders; index++) {
      const gateway = index % GATEWAYS;
      const account = 1 + gateway * 2 + Math.floor(world.random() * 2);
      const place = world.random() < 0.5 ? buy : sell;
      const changes = world.random() < 0.3 ? [by(account), ioc] : [by(account)];
      const lots = 1 + Math.floor(world.random() * 9);
      const order = place(lots, 100 + Math.floor(world.random() * 6), ...changes);
      world.after(index / plan.orders * plan.spanMillis * 1000, () => {
        this.gateways[gateway].submit({ ...order, requestId: String(index + 1) });
      });
    }
    for (const accident of plan.accidents) {
      world.after(accident.atMillis * 1000, () => this.suffer(accident));
    }
    world.after((plan.spanMillis + 1) * 1000, () => world.faults = HEALTHY);
  }

  /** Whether every order has its answer and one leader is left. */
  get isSettled(): boolean {
    const submitted = this.gateways.reduce((sum, one) => sum + one.submissions.length, 0);
    const refused = this.gateways.reduce((sum, one) => sum + one.refused, 0);
    return submitted + refused === this.plan.orders &&
      this.gateways.every((gateway) => gateway.openCount === 0);
  }
}

/** Runs the plan and asserts what must hold at its end. */
export function runOrderPath(plan: RunPlan): void {
  const run = new OrderPathRun(plan);
  run.open();
  run.plot();
  run.world.runUntil(() => run.isSettled, "every order is answered");
  const entered = new Map<string, EventView[]>();
  const { stream } = run.world;
  const { state } = replay(stream, (applied) => {
    for (const event of readEvents(applied.events)) collect(event, entered);
  });
  checkStream(stream.map(({ message }) => message), stream.map(({ writer }) => writer));
  for (const gateway of run.gateways) checkSubmissions(gateway, entered);
  const answering = run.leaders.filter((leader) => leader.sequencer.lastSequence === stream.length);
  for (const leader of answering) assert.deepEqual(view(leader.state), view(state));
}

/** Keeps what entered the log, by account and request key: once each, if all is right. */
function collect(event: EventView, entered: Map<string, EventView[]>): void {
  const isEntry = event.kind === EventKind.accepted || event.kind === EventKind.rejected;
  if (!isEntry) return;
  const key = `${event.account}/${event.at24}`;
  entered.set(key, [...(entered.get(key) ?? []), event]);
}

/** Every order is in the log once, in the order of its sender, and was answered as the log says. */
function checkSubmissions(gateway: SimulatedGateway, entered: Map<string, EventView[]>): void {
  let lastOrderId = 0n;
  for (const { order, report } of gateway.submissions) {
    const events = entered.get(`${order.account}/${order.requestId}`) ?? [];
    assert.equal(events.length, 1, `order ${order.requestId} enters the log once`);
    assert.ok(report !== null);
    assert.equal((events[0].flags & EventFlag.duplicate) !== 0 || report.isDuplicate, false);
    assert.equal(events[0].kind, EventKind.accepted, "everybody has the funds");
    assert.equal(BigInt(report.orderId), events[0].orderId, "the answer is about this order");
    assert.ok(events[0].orderId > lastOrderId, "the orders of a sender stay in their order");
    lastOrderId = events[0].orderId;
  }
}

/** Stamps and epochs only grow, and no writer writes again once another has. */
function checkStream(messages: readonly Uint8Array[], writers: readonly number[]): void {
  const deposed = new Set<number>();
  let stamp = 0;
  let epoch = 0;
  for (const [index, message] of messages.entries()) {
    const wire = WireBuffer.copyOf(message);
    assert.ok(positionStampMicros(wire, 0) > stamp, "stamps grow");
    assert.ok(positionEpoch(wire, 0) >= epoch, "epochs never fall");
    stamp = positionStampMicros(wire, 0);
    epoch = positionEpoch(wire, 0);
    if (index > 0 && writers[index] !== writers[index - 1]) deposed.add(writers[index - 1]);
    assert.ok(!deposed.has(writers[index]), "a deposed leader writes nothing");
  }
}

/** What two states are compared by. */
function view(state: ShardState): unknown {
  const accounts = [0, 1, 2, 3, 4, 5];
  return {
    hash: state.events.stateHash,
    sequence: state.events.sequence,
    commands: state.commandCount,
    balances: accounts.map((account) => listBalances(state, account)),
    orders: accounts.map((account) => listOpenOrders(state, account, 0, 0, 500)),
  };
}
