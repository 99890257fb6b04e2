/**
 * A loop of a trader: steps with pauses between them, which goes on when the gateway is away.
 *
 * @module
 */

/** Shortest and longest pause after a step that failed. */
export const FAILURE_PAUSE_MILLIS = 250;
/** See {@link FAILURE_PAUSE_MILLIS}. */
export const FAILURE_PAUSE_MILLIS_MAX = 2_000;

/** The gateway asked to stay away, or answered with something that a trader does not expect. */
export class StayAwayError extends Error {
  override readonly name = "StayAwayError";
  constructor(readonly seconds: number, detail: string) {
    super(detail);
  }
}

/** What runs in a loop. */
export interface TradingLoop {
  readonly name: string;
  /** One step; throws when the gateway does not answer. */
  readonly step: () => Promise<void>;
  /** Pause before the next step, in milliseconds. */
  readonly pauseMillis: () => number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Runs until the signal. Never rejects: a failure is said once, and once more when it is over. */
export async function keepTrading(loop: TradingLoop): Promise<void> {
  let failures = 0;
  while (!loop.signal.aborted) {
    let millis: number;
    try {
      await loop.step();
      if (failures > 0) loop.say(`${loop.name}: goes on`);
      failures = 0;
      millis = loop.pauseMillis();
    } catch (error) {
      if (loop.signal.aborted) return;
      const seconds = error instanceof StayAwayError ? error.seconds : 0;
      if (failures === 0) loop.say(`${loop.name}: waits (${messageOf(error)})`);
      const growing = FAILURE_PAUSE_MILLIS * 2 ** Math.min(failures, 8);
      millis = Math.max(seconds * 1_000, Math.min(FAILURE_PAUSE_MILLIS_MAX, growing));
      failures++;
    }
    await pause(millis, loop.signal);
  }
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : `${error}`;

/** Waits, or ends at once with the signal. */
function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, millis);
    signal.addEventListener("abort", end);
  });
}
