/**
 * How many servers a broker's folder belongs to, seen by the stores in it.
 *
 * @module
 */
import { StoreOfOthersError } from "./errors.ts";

const MEMBER_PATTERN = /^server-\d+$/;

/** How many servers have their stores in the broker's folder; `null` where none has run. */
export async function storedServers(common: string): Promise<number | null> {
  let members = 0;
  try {
    for await (const { name } of Deno.readDir(common)) {
      if (name === "store") return 1;
      if (MEMBER_PATTERN.test(name)) members++;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return members === 0 ? null : members;
}

/**
 * Refuses a folder that belongs to another number of servers than are to start.
 *
 * @throws {StoreOfOthersError}
 */
export async function assertStoredFor(common: string, servers: number): Promise<void> {
  const stored = await storedServers(common);
  if (stored !== null && stored !== servers) throw new StoreOfOthersError(common, stored, servers);
}
