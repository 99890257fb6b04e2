/**
 * Subjects of one kind whose limits are shared with other processes: decisions out of what is in
 * hand, and the business with the shared counters.
 *
 * A pure state machine. Whoever carries it out calls {@link LeaseTable.collect} when a round trip is
 * due, and then {@link LeaseTable.answered} or {@link LeaseTable.failed} once for each ask.
 *
 * ```text
 *            decide: in hand ──────────────────────────────▶ admitted
 * request ──▶        nothing in hand, the mirror says there is some ─▶ asks (waits for an answer)
 *                    nothing in hand, the mirror says there is none ─▶ refused
 *                    the counters are lost ──▶ own share ──▶ admitted (owed) or refused
 * ```
 *
 * @module
 */
import { AdmissionCode, AdmissionKind } from "./admission_code.ts";
import { Figures } from "./figures.ts";
import { mirrorLeakyBucket } from "./leaky_bucket.ts";
import type { LimitedSubject } from "./limited_subject.ts";
import {
  exhaustedMicros,
  HELD_MICROS_MAX,
  isAtRest,
  type LeaseTerms,
  writeTerms,
} from "./lease.ts";
import { costOf, shareOf, type SubjectKind, type SubjectPolicy } from "./policy.ts";
import {
  DEMANDED,
  EXHAUSTED_UNTIL,
  HELD,
  HELD_UNTIL,
  LEAK,
  LEASE_STATE,
  LeaseState,
  LOW_WATER,
  OWED,
  SHARE_LEAK,
  SHARE_TOKENS,
  TOKENS,
  WAITING,
} from "./subject_row.ts";
import { SubjectTable } from "./subject_table.ts";
import { MILLION, mirrorTokenBucket, tokenBucketAnchorMicros } from "./token_bucket.ts";

/** Not decided yet: the shared counters have to be asked first. */
export const ASKS = -1;
/** What a request is told at once. */
export type LeaseCode = AdmissionCode | typeof ASKS;

/** What is asked of the shared counters for one subject. */
export interface LeaseAsk extends Readonly<LeaseTerms> {
  readonly kind: SubjectKind;
  readonly subject: string;
  readonly policy: SubjectPolicy;
  /** Row of the subject. */
  readonly at: number;
}

/** What the shared counters say of one subject, after the ask was carried out. */
export interface LeaseAnswer {
  /** Units that it gets. */
  readonly granted: number;
  /** Debt of its tokens, in millionths of a unit. */
  readonly debtParts: number;
  /** What is inside its leak, in millionths of a unit. */
  readonly insideParts: number;
}

/** What is known about the processes that share the counters. */
export interface Sharing {
  /** Whether the counters answer. Else each decides by its own share. */
  isShared: boolean;
  /** Processes that share them, this one included. */
  instances: number;
  /** Smoothed round trip, in microseconds. */
  roundTripMicros: number;
}

/** Part of its share that a subject has when the counters are lost just after it has been answered. */
const SHARE_LEFT = 0.25;
/** Shares of policies that are remembered: one for each tier. */
const SHARES_MAX = 64;

/** Rows with leases. Single writer. */
export class LeaseTable {
  /** What the last decision goes by; see {@link read}. */
  readonly figures: Figures;
  /** Whether the last decision was by this process's own share. */
  isOwn = false;
  readonly #table: SubjectTable;
  readonly #sharing: Sharing;
  readonly #kind: SubjectKind;
  #active: number[] = [];
  readonly #terms: LeaseTerms = { need: 0, ahead: 0, owed: 0, returned: 0 };
  readonly #shares = new Map<SubjectPolicy, SubjectPolicy>();
  #sharesFor = 0;

  /** @throws {RangeError} when `subjectsMax` is out of the range of {@link SubjectTable}. */
  constructor(policy: SubjectPolicy, subjectsMax: number, sharing: Sharing) {
    this.#table = new SubjectTable(policy, subjectsMax);
    this.#kind = policy.kind;
    this.#sharing = sharing;
    this.figures = new Figures(policy);
  }

  /** Rows that have business with the shared counters. */
  get active(): number {
    return this.#active.length;
  }

  /**
   * Decides about one request. O(1); allocates nothing for a subject that has a row.
   *
   * @param mayWait whether there is room for one more that waits
   * @returns {@link ASKS} when it waits: {@link resume} decides once there is an answer
   */
  decide(
    subject: LimitedSubject,
    policy: SubjectPolicy,
    weight: number,
    kind: AdmissionKind,
    nowMicros: number,
    mayWait: boolean,
  ): LeaseCode {
    const at = this.#table.rowOf(subject, policy, nowMicros);
    const { state } = this.#table;
    const cost = costOf(policy, weight);
    this.isOwn = false;
    if (kind === AdmissionKind.cancel) {
      const fits = this.figures.takeCancel(state, at, policy, cost, nowMicros);
      return fits ? AdmissionCode.admitted : policy.cancels.code;
    }
    state[at + DEMANDED] += cost;
    const held = state[at + HELD] - cost;
    if (held >= 0) {
      state[at + HELD] = held;
      if (held < state[at + LOW_WATER]) this.#activate(at);
      return AdmissionCode.admitted;
    }
    if (!this.#sharing.isShared || !mayWait) return this.#decideAlone(at, policy, cost, nowMicros);
    this.#activate(at);
    // What is in hand is not in the pot any more, and counts for the first who waits.
    const units = state[at + WAITING] + cost - state[at + HELD];
    if (this.#waitForMirror(at, policy, units, nowMicros) > 0) {
      return this.figures.decidedBy.code;
    }
    state[at + WAITING] += cost;
    return ASKS;
  }

  /** Fills the figures of a request that was admitted out of the hand. */
  read(subject: LimitedSubject, policy: SubjectPolicy, nowMicros: number): void {
    const at = this.#table.rowOf(subject, policy, nowMicros);
    const { state } = this.#table;
    const { figures } = this;
    figures.readOrdinary(state, at + TOKENS, at + LEAK, policy, nowMicros);
    const pot = figures.remaining > 0 ? figures.remaining : 0;
    // Where others may ask for the same subject, half of the pot stays promised to nobody.
    const promised = this.#sharing.instances > 1 ? Math.floor(pot / 2) : pot;
    figures.remaining = state[at + HELD] + promised;
  }

  /**
   * Decides about a request that waited, now that its row was answered or its round trip failed.
   *
   * @param mayWait whether it may go on waiting where there is more than was asked for
   * @returns {@link ASKS} when it does
   */
  resume(
    subject: LimitedSubject,
    policy: SubjectPolicy,
    weight: number,
    nowMicros: number,
    mayWait: boolean,
  ): LeaseCode {
    const at = this.#table.rowOf(subject, policy, nowMicros);
    const { state } = this.#table;
    const cost = costOf(policy, weight);
    const held = state[at + HELD] - cost;
    const isAlone = held < 0 && !this.#sharing.isShared;
    const wait = held >= 0 || isAlone ? 0 : this.#waitForMirror(at, policy, -held, nowMicros);
    this.isOwn = false;
    if (held < 0 && !isAlone && wait === 0 && mayWait) return ASKS;
    const waiting = state[at + WAITING] - cost;
    state[at + WAITING] = waiting > 0 ? waiting : 0;
    if (isAlone) return this.#decideAlone(at, policy, cost, nowMicros);
    if (held >= 0) {
      state[at + HELD] = held;
      this.read(subject, policy, nowMicros);
      return AdmissionCode.admitted;
    }
    if (wait === 0) this.figures.waitMicros = 1;
    return this.figures.decidedBy.code;
  }

  /** Gives a subject what it has earned. It goes back to the counters if it is not spent. */
  giveBack(
    subject: LimitedSubject,
    policy: SubjectPolicy,
    weight: number,
    nowMicros: number,
  ): void {
    const at = this.#table.find(subject.name);
    if (at < 0) return;
    const { state } = this.#table;
    state[at + HELD] += costOf(policy, weight);
    state[at + HELD_UNTIL] = nowMicros + HELD_MICROS_MAX;
    this.#activate(at);
  }

  /** Adds what the rows ask for to `asks`, up to `asksMax` in it. O(active rows). */
  collect(asks: LeaseAsk[], asksMax: number, nowMicros: number): void {
    const { state } = this.#table;
    const { roundTripMicros } = this.#sharing;
    const still: number[] = [];
    for (const at of this.#active) {
      if (asks.length >= asksMax || nowMicros < state[at + EXHAUSTED_UNTIL]) {
        still.push(at);
      } else if (writeTerms(state, at, nowMicros, roundTripMicros, this.#terms)) {
        state[at + LEASE_STATE] = LeaseState.asked;
        asks.push(this.#ask(at));
      } else if (isAtRest(state, at)) {
        state[at + LEASE_STATE] = LeaseState.idle;
        state[at + EXHAUSTED_UNTIL] = 0;
      } else {
        still.push(at);
      }
    }
    this.#active = still;
  }

  /** Everything that is in hand, to be given back: this process ends. O(active rows). */
  release(asks: LeaseAsk[]): void {
    const { state } = this.#table;
    for (const at of this.#active) {
      const terms = this.#terms;
      terms.need = terms.ahead = 0;
      terms.owed = state[at + OWED];
      terms.returned = state[at + HELD];
      state[at + HELD] = 0;
      if (terms.owed > 0 || terms.returned > 0) asks.push(this.#ask(at));
    }
    this.#active = [];
  }

  /** Takes an answer in. */
  answered(ask: LeaseAsk, answer: LeaseAnswer, nowMicros: number): void {
    const { at, policy } = ask;
    if (!this.#endAsk(ask)) return;
    const { state } = this.#table;
    state[at + HELD] += answer.granted;
    state[at + HELD_UNTIL] = nowMicros + HELD_MICROS_MAX;
    state[at + OWED] -= ask.owed;
    const { tokens, leak } = policy;
    mirrorTokenBucket(state, at + TOKENS, answer.debtParts, nowMicros);
    mirrorLeakyBucket(state, at + LEAK, answer.insideParts, nowMicros, leak.unitsPerSecond);
    const { instances } = this.#sharing;
    const left = Math.min(
      tokens.units * MILLION - answer.debtParts,
      leak.units * MILLION - answer.insideParts,
    );
    const isExhausted = answer.granted < ask.need || (ask.ahead > 0 && left < MILLION);
    state[at + EXHAUSTED_UNTIL] = isExhausted
      ? nowMicros + exhaustedMicros(tokens.unitsPerSecond, instances)
      : 0;
  }

  /** The round trip failed: nobody knows what came of it, so what was given back is gone. */
  failed(ask: LeaseAsk): void {
    this.#endAsk(ask);
  }

  #ask(at: number): LeaseAsk {
    const { need, ahead, owed, returned } = this.#terms;
    const kind = this.#kind;
    const subject = this.#table.nameOf(at);
    return { kind, subject, policy: this.#table.policyOf(at), at, need, ahead, owed, returned };
  }

  /** The row is active again. @returns whether it is still that of the subject */
  #endAsk({ at, subject }: LeaseAsk): boolean {
    if (this.#table.nameOf(at) !== subject) return false;
    this.#table.state[at + LEASE_STATE] = LeaseState.active;
    this.#active.push(at);
    return true;
  }

  #activate(at: number): void {
    const { state } = this.#table;
    if (state[at + LEASE_STATE] !== LeaseState.idle) return;
    state[at + LEASE_STATE] = LeaseState.active;
    this.#active.push(at);
  }

  /** Microseconds until the shared counters have `units`, by what is known of them. */
  #waitForMirror(at: number, policy: SubjectPolicy, units: number, nowMicros: number): number {
    const { state } = this.#table;
    const wait = this.figures.lookOrdinary(
      state,
      at + TOKENS,
      at + LEAK,
      policy,
      units,
      nowMicros,
    );
    const exhausted = state[at + EXHAUSTED_UNTIL] - nowMicros;
    if (exhausted > wait) this.figures.waitMicros = exhausted;
    return this.figures.waitMicros;
  }

  #decideAlone(at: number, policy: SubjectPolicy, cost: number, nowMicros: number): AdmissionCode {
    const { state } = this.#table;
    const share = this.#shareOf(policy);
    this.isOwn = true;
    this.#activate(at);
    // Zero where it was never answered about.
    const answeredMicros = Math.max(0, state[at + HELD_UNTIL] - HELD_MICROS_MAX);
    if (answeredMicros > tokenBucketAnchorMicros(state, at + SHARE_TOKENS)) {
      // What it had of the shared counters it has had: its share began with a little then.
      const spent = Math.floor(share.tokens.units * (1 - SHARE_LEFT));
      mirrorTokenBucket(state, at + SHARE_TOKENS, spent * MILLION, answeredMicros);
    }
    const fits = this.figures.takeOrdinary(
      state,
      at + SHARE_TOKENS,
      at + SHARE_LEAK,
      share,
      cost < share.costMax ? cost : share.costMax,
      nowMicros,
    );
    if (!fits) return this.figures.decidedBy.code;
    const owed = state[at + OWED] + cost;
    state[at + OWED] = owed < policy.tokens.units ? owed : policy.tokens.units;
    return AdmissionCode.admitted;
  }

  #shareOf(policy: SubjectPolicy): SubjectPolicy {
    const { instances } = this.#sharing;
    if (this.#sharesFor !== instances || this.#shares.size > SHARES_MAX) {
      this.#shares.clear();
      this.#sharesFor = instances;
    }
    let share = this.#shares.get(policy);
    if (share === undefined) this.#shares.set(policy, share = shareOf(policy, instances));
    return share;
  }
}
