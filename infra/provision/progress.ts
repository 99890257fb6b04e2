/**
 * Signs of life from something that takes long.
 *
 * @module
 */

/** Time between two signs of life. */
export const PROGRESS_MILLIS = 2_000;

/** Says a line every two seconds, with the seconds that went by, until the work is done. */
export async function withProgress<T>(
  say: (line: string) => void,
  what: string,
  work: () => Promise<T>,
  everyMillis: number = PROGRESS_MILLIS,
): Promise<T> {
  const beganAt = performance.now();
  const timer = setInterval(() => {
    say(`  ... ${what}: ${Math.round((performance.now() - beganAt) / 1_000)} s`);
  }, everyMillis);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
