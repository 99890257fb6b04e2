/**
 * Decisions a second in one process: this project's and the peer's, about the same subjects in the
 * same order, in turns.
 *
 * @module
 */
import { RATE_MAX } from "../../core/limits/policy.ts";
import {
  type DecisionSide,
  flexibleDecisions,
  leasedDecisions,
  namedDecisions,
  ownAnswers,
  ownDecisions,
} from "./decision_sides.ts";
import { makeSubjects, ORDER_PLACES, type Subjects } from "./subjects.ts";

/** Runs of each side, in turns; the median counts. One before them is for the compilers. */
const ROUNDS = 7;
/** Decisions of a run; several of them go into the order of coming. */
const COUNT = 2 ** 18;
/** Decisions of a run where each is slow, for there are a hundred thousand subjects. */
const COUNT_OF_MANY = 2 ** 16;
const MANY = 100_000;

/** A limit at which nobody is refused, and one at which nearly everybody is. */
const WIDE = RATE_MAX;
const SPENT = 1;

/** What one side did in one case. */
export interface DecisionRate {
  readonly side: string;
  readonly subjects: number;
  /** Median of the rounds. */
  readonly perSecond: number;
  /** Part of the decisions that were refusals, over all rounds. */
  readonly refusedShare: number;
  readonly isSpent: boolean;
}

interface Case {
  readonly side: DecisionSide;
  readonly subjects: Subjects;
  readonly isSpent: boolean;
  readonly count: number;
  readonly rates: number[];
  admitted: number;
}

/** Measures all sides in all cases. */
export async function measureDecisions(say: (line: string) => void): Promise<DecisionRate[]> {
  const cases: Case[] = [];
  const add = (subjects: Subjects, limit: number, count = COUNT) => {
    // Where nothing is in hand the shared counters are asked, which is not a decision of here.
    const leased = limit === SPENT ? [] : [leasedDecisions];
    const own = [ownDecisions, namedDecisions, ownAnswers];
    const sides = [...leased, flexibleDecisions, ...own];
    for (const make of sides) {
      const side = make(limit);
      cases.push({ side, subjects, isSpent: limit === SPENT, count, rates: [], admitted: 0 });
    }
  };
  const thousand = makeSubjects(1_000);
  add(thousand, WIDE);
  add(thousand, SPENT);
  add(makeSubjects(1), WIDE);
  add(makeSubjects(MANY), WIDE, COUNT_OF_MANY);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const one of cases) await measure(one, round, say);
  }
  return cases.map(({ side, subjects, isSpent, count, rates, admitted }) => ({
    side: side.name,
    subjects: subjects.names.length,
    perSecond: median(rates),
    refusedShare: 1 - admitted / (ROUNDS * count),
    isSpent,
  }));
}

async function measure(one: Case, round: number, say: (line: string) => void): Promise<void> {
  const { side, subjects, isSpent, count } = one;
  const from = (round * count) % ORDER_PLACES;
  const began = performance.now();
  const admitted = await side.run(subjects, from, count);
  const perSecond = count / (performance.now() - began) * 1_000;
  // Whatever was refused at the wide limit would make the sides do different work.
  if (!isSpent && admitted !== count) {
    throw new Error(`${side.name} refused ${count - admitted} of ${count} at a limit of ${WIDE}`);
  }
  if (round === 0) return;
  one.rates.push(perSecond);
  one.admitted += admitted;
  const limit = isSpent ? "spent" : "wide";
  const millions = (perSecond / 1e6).toFixed(2);
  say(`round ${round}: ${subjects.names.length} keys, ${limit}: ${side.name}: ${millions} M/s`);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1];
}
