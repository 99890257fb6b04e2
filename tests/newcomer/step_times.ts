/**
 * How long each step of a newcomer took, for people and for programs.
 *
 * @module
 */

/** A step that was done. */
export interface StepTime {
  readonly name: string;
  readonly seconds: number;
}

/** What all of them took, and which one was the longest. */
export interface FirstHour {
  readonly steps: readonly StepTime[];
  readonly totalSeconds: number;
  readonly longest: StepTime;
}

/** Adds up. O(steps). */
export function addUp(steps: readonly StepTime[]): FirstHour {
  const [first] = steps;
  if (first === undefined) throw new RangeError("no step was done");
  const longest = steps.reduce((one, other) => other.seconds > one.seconds ? other : one, first);
  const totalSeconds = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  return { steps, totalSeconds, longest };
}

/** One line a step, then the total and the longest wait by its name. */
export function tableOf({ longest, steps, totalSeconds }: FirstHour): string {
  const total = { name: "total", seconds: totalSeconds };
  const width = Math.max(...[...steps, total].map(({ name }) => name.length));
  const lines = [...steps, total].map(({ name, seconds }) =>
    `${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s`
  );
  return [...lines, `longest wait: ${longest.name}`].join("\n");
}
