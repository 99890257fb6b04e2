/**
 * Notices that `deno task`, which started this process, was killed: without it nobody would stop
 * the market any more, nor know that it runs.
 *
 * @module
 */
import { commandLine } from "./orphans.ts";

const POLL_MILLIS = 500;

/**
 * Calls `died` once the parent is gone, where the parent is a task runner. A process that was
 * started in another way may outlive its parent, as with nohup.
 *
 * @returns ends the watch
 */
export async function watchTaskRunner(died: () => void): Promise<() => void> {
  const parent = Deno.ppid;
  if (!/\bdeno\S* (\S+ )*task\b/.test(await commandLine(parent))) return () => {};
  const timer = setInterval(() => {
    if (Deno.ppid === parent) return;
    clearInterval(timer);
    died();
  }, POLL_MILLIS);
  return () => clearInterval(timer);
}
