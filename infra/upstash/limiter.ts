/**
 * Admission over counters in Upstash Redis that all gateways share.
 *
 * Units are taken from there ahead of need (core/limits/lease.ts), so that a decision costs no round
 * trip: it is made out of what is in hand. Whoever comes when nothing is in hand waits for the next
 * round trip, which is one run of a script for all that came meanwhile, at most every
 * {@link TRIP_MICROS_LEAST}. When Upstash is down, slow or refuses, this instance decides by an equal
 * share of the limits, says so, and asks again after pauses that grow and have jitter; what it gave
 * out meanwhile it pays when it is back. Cancels are decided here always.
 *
 * @module
 */
import {
  type Admission,
  type AdmissionRequest,
  SUBJECTS_DEFAULT,
} from "../../core/limits/admission.ts";
import { AdmissionCode, AdmissionKind } from "../../core/limits/admission_code.ts";
import { type Decision, decisionBy } from "../../core/limits/decision.ts";
import { TRIP_MICROS_LEAST } from "../../core/limits/lease.ts";
import { ASKS, type LeaseAsk, LeaseTable, type Sharing } from "../../core/limits/lease_table.ts";
import { type AdmissionPolicy, bucketsOf, type SubjectKind } from "../../core/limits/policy.ts";
import { failureOf, type UpstashFailure } from "./failure.ts";
import { LeaseTrips, SUBJECTS_PER_TRIP_MAX, type TripAnswer } from "./lease_trip.ts";

/** How long one round trip may take. A server that lost the script costs a second one. */
export const UPSTASH_TIMEOUT_MILLIS = 250;
/** Requests that may wait for Upstash at once; the next ones are decided by the own share. */
export const WAITING_MAX = 4_096;
/** Round trips that a request waits for at most: one that others were faster than, and its own. */
export const WAITED_TRIPS_MAX = 3;
/** Round trips at once. */
export const TRIPS_MAX = 8;
/** Instances that are supposed to share the limits as long as Upstash has not told. */
export const INSTANCES_DEFAULT = 8;
/** Pause after the first failure; doubled each time, up to {@link PAUSE_MILLIS_MAX}. */
export const PAUSE_MILLIS_LEAST = 100;
/** Longest pause between two attempts to reach Upstash. */
export const PAUSE_MILLIS_MAX = 2_000;

const MICROS_PER_MILLI = 1_000;
const TRIP_MILLIS_LEAST = TRIP_MICROS_LEAST / MICROS_PER_MILLI;
/** Part of a new round trip in the smoothed one. */
const SMOOTHING = 1 / 8;

/** What is known about the counters, for health checks and metrics. */
export interface UpstashStatus {
  /** Whether the last round trip failed. */
  readonly degraded: boolean;
  /** Why the last failed one did; `null` when none has. */
  readonly lastFailure: UpstashFailure | null;
  /** Decisions out of shared units, and by this instance's own share. */
  readonly shared: number;
  readonly own: number;
  /** Round trips, and those of them that failed. */
  readonly trips: number;
  readonly tripsFailed: number;
  /** Requests that wait for one. */
  readonly waiting: number;
  /** Instances that share the limits, as far as is known. */
  readonly instances: number;
  readonly roundTripMicros: number;
}

/** Where {@link UpstashAdmission} finds its server and what it allows. */
export interface UpstashAdmissionOptions {
  readonly url: string;
  readonly token: string;
  readonly policy: AdmissionPolicy;
  /** Clock in microseconds that never goes back. */
  readonly nowMicros: () => number;
  readonly timeoutMillis?: number;
  readonly waitingMax?: number;
  readonly subjectsMax?: number;
  /** Instances to suppose until Upstash has told. */
  readonly instances?: number;
  /** Told when the counters are lost and when they are back, not for every request. */
  readonly onChange?: (status: UpstashStatus) => void;
}

/** A request that waits for an answer. */
interface Waiter {
  readonly request: AdmissionRequest;
  readonly resolve: (decision: Decision) => void;
  /** Round trips that it has waited for. */
  tripCount: number;
}

/** Shared admission. {@link admit} never rejects. */
export class UpstashAdmission implements Admission {
  readonly policy: AdmissionPolicy;
  readonly #options: UpstashAdmissionOptions;
  readonly #trips: LeaseTrips;
  readonly #tables: Readonly<Record<SubjectKind, LeaseTable>>;
  readonly #sharing: Sharing;
  readonly #waitingMax: number;
  /** By the row that they wait for, in the order in which they came. */
  readonly #waiters = new Map<string, Waiter[]>();
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastTripMillis = -Infinity;
  #tripsUnderWay = 0;
  #failures = 0;
  #isStopped = false;
  #lastFailure: UpstashFailure | null = null;
  readonly #counts = { shared: 0, own: 0, trips: 0, tripsFailed: 0 };

  constructor(options: UpstashAdmissionOptions) {
    const { url, token, policy, subjectsMax = SUBJECTS_DEFAULT } = options;
    const timeoutMillis = options.timeoutMillis ?? UPSTASH_TIMEOUT_MILLIS;
    this.#options = options;
    this.policy = policy;
    this.#trips = new LeaseTrips({ url, token, timeoutMillis });
    this.#sharing = {
      isShared: true,
      instances: options.instances ?? INSTANCES_DEFAULT,
      roundTripMicros: 0,
    };
    this.#tables = {
      key: new LeaseTable(policy.key, subjectsMax, this.#sharing),
      address: new LeaseTable(policy.address, subjectsMax, this.#sharing),
    };
    this.#waitingMax = options.waitingMax ?? WAITING_MAX;
  }

  /** Decides about one request and charges it when it is admitted. */
  admit(request: AdmissionRequest): Decision | Promise<Decision> {
    const { subject, policy, weight, kind } = request;
    const table = this.#tables[policy.kind];
    const nowMicros = this.#options.nowMicros();
    const mayWait = this.#waiting < this.#waitingMax && !this.#isStopped;
    const code = table.decide(subject, policy, weight, kind, nowMicros, mayWait);
    if (table.active > 0) this.#schedule();
    if (code === ASKS) return this.#wait(request);
    const isOutOfHand = code === AdmissionCode.admitted && !table.isOwn;
    if (isOutOfHand && kind !== AdmissionKind.cancel) {
      table.read(subject, policy, nowMicros);
    }
    return this.#decided(request, table);
  }

  /** Gives back what a request was charged. */
  giveBack({ subject, policy, weight }: AdmissionRequest): void {
    const table = this.#tables[policy.kind];
    table.giveBack(subject, policy, weight, this.#options.nowMicros());
    this.#schedule();
  }

  /** What is known about the counters. */
  status(): UpstashStatus {
    const { isShared, instances, roundTripMicros } = this.#sharing;
    return {
      degraded: !isShared,
      lastFailure: this.#lastFailure,
      ...this.#counts,
      waiting: this.#waiting,
      instances,
      roundTripMicros: Math.round(roundTripMicros),
    };
  }

  /** Gives back what is in hand. Requests are decided by the own share from now on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#sharing.isShared = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const nowMicros = this.#options.nowMicros();
    for (const [{ request }] of [...this.#waiters.values()]) {
      const { subject, policy: { kind } } = request;
      this.#resume({ kind, subject: subject.name }, this.#tables[kind], nowMicros);
    }
    const asks: LeaseAsk[] = [];
    for (const table of Object.values(this.#tables)) table.release(asks);
    const trips = [];
    for (let from = 0; from < asks.length; from += SUBJECTS_PER_TRIP_MAX) {
      trips.push(this.#trips.ask(asks.slice(from, from + SUBJECTS_PER_TRIP_MAX)));
    }
    await Promise.allSettled(trips);
  }

  #decided({ policy, kind }: AdmissionRequest, table: LeaseTable): Decision {
    this.#counts[table.isOwn ? "own" : "shared"]++;
    return decisionBy(table.figures, bucketsOf(policy, kind), table.isOwn);
  }

  #wait(request: AdmissionRequest): Promise<Decision> {
    this.#waiting++;
    const name = rowName(request.policy.kind, request.subject.name);
    return new Promise((resolve) => {
      const waiter: Waiter = { request, resolve, tripCount: 0 };
      const waiters = this.#waiters.get(name);
      if (waiters === undefined) this.#waiters.set(name, [waiter]);
      else waiters.push(waiter);
    });
  }

  /** Sees that the next round trip is made when it may be. */
  #schedule(): void {
    if (this.#timer !== null || this.#isStopped) return;
    const pauseMillis = this.#failures === 0
      ? TRIP_MILLIS_LEAST
      : Math.min(PAUSE_MILLIS_LEAST * 2 ** (this.#failures - 1), PAUSE_MILLIS_MAX) *
        (0.5 + Math.random() / 2);
    const dueMillis = this.#lastTripMillis + pauseMillis - performance.now();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#trip();
    }, Math.max(dueMillis, 0));
  }

  async #trip(): Promise<void> {
    this.#lastTripMillis = performance.now();
    const asks: LeaseAsk[] = [];
    if (this.#tripsUnderWay < TRIPS_MAX) {
      const nowMicros = this.#options.nowMicros();
      for (const table of Object.values(this.#tables)) {
        table.collect(asks, SUBJECTS_PER_TRIP_MAX, nowMicros);
      }
    }
    // A full one means that more wait than one round trip takes.
    if (asks.length === SUBJECTS_PER_TRIP_MAX) this.#lastTripMillis = -Infinity;
    if (asks.length > 0) {
      this.#tripsUnderWay++;
      this.#scheduleIfActive();
      await this.#carryOut(asks);
      this.#tripsUnderWay--;
    }
    this.#scheduleIfActive();
  }

  #scheduleIfActive(): void {
    const isActive = Object.values(this.#tables).some((table) => table.active > 0);
    if (isActive) this.#schedule();
  }

  async #carryOut(asks: readonly LeaseAsk[]): Promise<void> {
    this.#counts.trips++;
    const began = performance.now();
    let answer: TripAnswer | null = null;
    try {
      answer = await this.#trips.ask(asks);
    } catch (error) {
      this.#failures++;
      this.#counts.tripsFailed++;
      this.#lastFailure = failureOf(error);
      this.#note(false);
    }
    const nowMicros = this.#options.nowMicros();
    if (answer !== null) {
      const tripMicros = (performance.now() - began) * MICROS_PER_MILLI;
      const { roundTripMicros } = this.#sharing;
      this.#sharing.roundTripMicros += (tripMicros - roundTripMicros) *
        (roundTripMicros === 0 ? 1 : SMOOTHING);
      this.#sharing.instances = answer.instances;
      this.#failures = 0;
      this.#note(true);
    }
    asks.forEach((ask, index) => {
      const table = this.#tables[ask.kind];
      if (answer === null) table.failed(ask);
      else table.answered(ask, answer.answers[index], nowMicros);
      this.#resume(ask, table, nowMicros);
    });
  }

  /** Decides about those who waited for the row. */
  #resume(
    { kind, subject: name }: Pick<LeaseAsk, "kind" | "subject">,
    table: LeaseTable,
    nowMicros: number,
  ): void {
    const row = rowName(kind, name);
    const waiters = this.#waiters.get(row);
    if (waiters === undefined) return;
    const still: Waiter[] = [];
    for (const waiter of waiters) {
      const { subject, policy, weight } = waiter.request;
      const mayWait = !this.#isStopped && ++waiter.tripCount < WAITED_TRIPS_MAX;
      const code = table.resume(subject, policy, weight, nowMicros, mayWait);
      if (code === ASKS) still.push(waiter);
      else waiter.resolve(this.#decided(waiter.request, table));
    }
    this.#waiting -= waiters.length - still.length;
    if (still.length > 0) this.#waiters.set(row, still);
    else this.#waiters.delete(row);
  }

  #note(isShared: boolean): void {
    if (isShared === this.#sharing.isShared || this.#isStopped) return;
    this.#sharing.isShared = isShared;
    this.#options.onChange?.(this.status());
  }
}

const rowName = (kind: SubjectKind, subject: string): string => `${kind} ${subject}`;
