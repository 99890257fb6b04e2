/**
 * The CPU time that a process has used, of all its threads, where the kernel tells it.
 *
 * @module
 */

/** What Linux counts in since long: hundredths of a second. */
const TICKS_PER_SECOND = 100;
/** Places of the user's and the kernel's time behind the name of the program. */
const USER_TIME = 11;
const KERNEL_TIME = 12;

/** Seconds of CPU that a process has used; NaN where there is no `/proc`. */
export async function cpuSeconds(pid: number): Promise<number> {
  let text: string;
  try {
    text = await Deno.readTextFile(`/proc/${pid}/stat`);
  } catch {
    return NaN;
  }
  // The name stands in brackets and may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TIME]) + Number(fields[KERNEL_TIME])) / TICKS_PER_SECOND;
}

/** CPU seconds of several processes, by name. */
export async function cpuOf(
  pids: Readonly<Record<string, number>>,
): Promise<Record<string, number>> {
  const seconds = await Promise.all(Object.values(pids).map(cpuSeconds));
  return Object.fromEntries(Object.keys(pids).map((name, index) => [name, seconds[index]]));
}
