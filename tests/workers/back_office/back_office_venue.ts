/**
 * A venue with its history, and the end of day run on it as an operator runs it.
 *
 * @module
 */
import type { Ended } from "../supervisor/started_market.ts";
import { runTask } from "../supervisor/started_market.ts";
import { formatInstant } from "../../../workers/back_office/trading_window.ts";
import { pause, Venue } from "../../support/venue.ts";

/** What `reconciliation.*.json` says, as far as tests look. */
export interface ReconciliationFile {
  readonly isReconciled: boolean;
  readonly journal: {
    readonly firstAppend: number | null;
    readonly lastAppend: number | null;
    readonly afterSequence: number;
    readonly toSequence: number;
    readonly stateHash: string;
    readonly trades: number;
    readonly executions: number;
    readonly movements: number;
  };
  readonly dropCopy: { readonly executions: number; readonly movements: number };
  readonly instruments: readonly Record<string, unknown>[];
  readonly assets: readonly Record<string, string>[];
  readonly differenceCount: number;
  readonly differences: readonly ({ kind: string; field?: string } & Record<string, unknown>)[];
}

/** Environment of a matching process with market data and history. */
export function withHistory(venue: Venue): Record<string, string> {
  const { credentials } = venue.nats;
  return {
    EDGEBOOK_PROJECTIONS: "on",
    EDGEBOOK_MARKET_DATA_CREDENTIALS: credentials.marketData,
    EDGEBOOK_HISTORY_CREDENTIALS: credentials.history,
    EDGEBOOK_HISTORY_PATH: historyPath(venue),
  };
}

/** Path of the venue's history. */
export const historyPath = (venue: Venue): string => `${venue.directory}/history.db`;

/** Opens a venue whose matching process has a history. */
export async function openVenue(accounts: number, mayTrim = false): Promise<Venue> {
  const venue = await Venue.open({ accounts, mayTrim });
  try {
    await venue.killMatcher();
    await venue.startMatcher(withHistory(venue));
    return venue;
  } catch (error) {
    await venue[Symbol.asyncDispose]();
    throw error;
  }
}

/** The present instant, behind everything that the venue has stamped. */
export async function instantNow(venue: Venue): Promise<string> {
  const { stampMicros } = await venue.state();
  while (Date.now() * 1_000 <= stampMicros) await pause(1);
  return formatInstant(Date.now() * 1_000);
}

/** Runs `deno task end-of-day` against the venue; its files go to `out`. */
export async function runEndOfDayTask(
  venue: Venue,
  out: string,
  args: readonly string[],
): Promise<Ended> {
  const { credentials, webSocketUrl } = venue.nats;
  const [creds, office] = [`${venue.directory}/replay.creds`, `${venue.directory}/office.creds`];
  await Deno.writeTextFile(creds, credentials.replay);
  await Deno.writeTextFile(office, credentials.backOffice);
  const place = ["--nats-url", webSocketUrl, "--creds", creds, "--office-creds", office];
  return await runTask("end-of-day", [...place, "--out", out, ...args]);
}

/** The one file of a folder whose name begins and ends so. */
export function fileOf(folder: string, begins: string, ends: string): string {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.startsWith(`${begins}.`) && name.endsWith(`.${ends}`));
  if (names.length !== 1) throw new Error(`${begins}.*.${ends}: ${names.join(", ") || "none"}`);
  return `${folder}/${names[0]}`;
}

/** The findings in a folder. */
export const readReconciliation = (folder: string): ReconciliationFile =>
  JSON.parse(Deno.readTextFileSync(fileOf(folder, "reconciliation", "json")));
