/**
 * Asks the leader for its time again and again, so that a gateway's clock follows it.
 *
 * @module
 */
import type { LeaderClock } from "../../core/auth/leader_clock.ts";
import type { Queries } from "./queries.ts";

/** Pause between two questions. */
export const CLOCK_ASK_MILLIS = 2_000;
/** How long one answer may take. */
export const CLOCK_ANSWER_MILLIS_MAX = 500;

/** What is asked, and who is told. */
export interface FollowClockOptions {
  readonly queries: Queries;
  readonly clock: LeaderClock;
  /** The own clock without correction, in microseconds since the epoch. */
  readonly ownMicros: () => number;
  /** Told when the correction has changed. */
  readonly onChange: () => void;
}

/** A clock that is being followed. */
export interface FollowedClock {
  /** Settles when the leader was asked for the first time, whether it has answered or not. */
  readonly asked: Promise<void>;
  stop(): void;
}

/** Follows the leader's clock until stopped. */
export function followLeaderClock(options: FollowClockOptions): FollowedClock {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const ask = async (): Promise<void> => {
    await askOnce(options);
    if (!isStopped) timer = setTimeout(ask, CLOCK_ASK_MILLIS);
  };
  return {
    asked: ask(),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

async function askOnce({ queries, clock, ownMicros, onChange }: FollowClockOptions) {
  const sentMicros = ownMicros();
  let answer;
  try {
    answer = await queries.leader({ kind: "order", account: 0, orderId: 0 }, {
      millisMax: CLOCK_ANSWER_MILLIS_MAX,
    });
  } catch {
    // Health says that the leader does not answer; its time is asked for again soon.
    return;
  }
  const { timeMicros } = answer;
  // A leader of an earlier version does not say it.
  if (timeMicros === undefined || !Number.isSafeInteger(timeMicros)) return;
  if (clock.observe(sentMicros, ownMicros(), timeMicros)) onChange();
}
