/**
 * What a run is made of, drawn from its seed.
 *
 * @module
 */
import { seededRandom } from "../core/market_data/random_orders.ts";
import { HEALTHY, type NetworkFaults } from "./simulated_world.ts";

/** What can happen to a system that keeps its word. */
export const ACCIDENTS = [
  "leader killed",
  "standby killed",
  "gateway killed",
  "broker killed",
  "snapshot process killed",
  "leader stopped",
  "standby stopped",
  "takeover stopped",
  "gateway stopped",
  "leader cut off",
  "standby cut off",
  "gateway cut off",
  "snapshot damaged",
  "clock jumped",
  "disk slow",
  "handover",
  "snapshot begun",
] as const;

/** One of {@link ACCIDENTS}, or a lead that is taken without the lease. */
export type AccidentKind = typeof ACCIDENTS[number] | "lead usurped";

/** Something that breaks, when, and for how long. */
export interface Accident {
  readonly kind: AccidentKind;
  readonly atMillis: number;
  readonly millis: number;
}

/** What a broker can lose of what it had acknowledged. */
export const LOSSES = [
  "journal cut behind its events",
  "journal cut behind a snapshot",
  "journal and events cut",
  "journal message missing",
  "journal message damaged",
  "journal message changed",
  "events lost",
] as const;

/** One of {@link LOSSES}. */
export type LossKind = typeof LOSSES[number];

/** What a run is made of. */
export interface SimulationPlan {
  readonly seed: number;
  readonly faults: NetworkFaults;
  readonly matchers: number;
  readonly gateways: number;
  readonly clients: number;
  readonly commandsEach: number;
  /** Time over which the commands come, and accidents happen. */
  readonly spanMillis: number;
  readonly frameRecords: number;
  /** How much faster or slower than the true time clocks go at most. */
  readonly driftMost: number;
  /** How far clocks are from the time of day at most. */
  readonly offsetMicrosMost: number;
  readonly accidents: readonly Accident[];
  /** The broker breaks its word, once. */
  readonly loss: LossKind | null;
}

/** A drift at which the lease keeps its promise, and one at which it need not. */
const DRIFT_FAIR = 0.02;
const DRIFT_WILD = 0.4;
/** Share of runs in which the broker breaks its word, and in which the lease does. */
const LOSS_SHARE = 0.1;
const BROKEN_LEASE_SHARE = 0.08;
const ACCIDENT_MILLIS_MAX = 2_500;

/** Whether nobody can lead beside the holder of the lease, so that reads must be true. */
export function keepsLease(plan: SimulationPlan): boolean {
  return plan.driftMost <= DRIFT_FAIR &&
    plan.accidents.every(({ kind }) => kind !== "lead usurped");
}

/** The plan of a seed. */
export function planOf(seed: number): SimulationPlan {
  // Not the numbers that the run itself draws.
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  const below = (most: number) => Math.floor(random() * most);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)];
  const spanMillis = 1_500 + below(3_500);
  const isCalm = random() < 0.15;
  const loss = random() < LOSS_SHARE ? pick(LOSSES) : null;
  const isLeaseBroken = loss === null && random() < BROKEN_LEASE_SHARE;
  const kinds: readonly AccidentKind[] = isLeaseBroken ? [...ACCIDENTS, "lead usurped"] : ACCIDENTS;
  const mayDamage = (kind: AccidentKind) => loss === null || kind !== "snapshot damaged";
  const accidents: Accident[] = [];
  for (let count = isCalm ? 0 : below(loss === null ? 14 : 5); count > 0; count--) {
    const accident = {
      kind: pick(kinds),
      atMillis: below(spanMillis),
      millis: 1 + Math.floor(random() * random() * ACCIDENT_MILLIS_MAX),
    };
    if (mayDamage(accident.kind)) accidents.push(accident);
  }
  for (let count = 1 + below(3); count > 0; count--) {
    accidents.push({ kind: "snapshot begun", atMillis: below(spanMillis), millis: 0 });
  }
  return {
    seed,
    faults: isCalm ? HEALTHY : {
      lossShare: pick([0, 0, 0.005, 0.02, 0.1]),
      repeatShare: pick([0, 0, 0.02, 0.2]),
      delayMicrosMost: pick([300, 1_000, 3_000, 20_000, 100_000]),
    },
    matchers: 2 + below(2),
    gateways: 1 + below(3),
    clients: 2 + below(4),
    commandsEach: 15 + below(25),
    spanMillis,
    frameRecords: pick([1, 3, 8]),
    driftMost: isLeaseBroken && random() < 0.5 ? DRIFT_WILD : DRIFT_FAIR,
    offsetMicrosMost: pick([0, 1_000, 400_000]),
    accidents,
    loss,
  };
}
