/**
 * The variables that the matching process reads.
 *
 * @module
 */
import type { Config } from "../../infra/config.ts";

/** Their names in infra/config.ts. */
export const MATCHING_VARIABLES = [
  "shard",
  "natsUrl",
  "natsSocket",
  "natsCredentials",
  "marketDataCredentials",
  "historyCredentials",
  "historyPath",
  "registrarCredentials",
  "weightyKeys",
  "masterKeyFile",
  "projections",
  "outcomesAtStart",
  "snapshotDirectory",
] as const;

/** Configuration of the matching process. */
export type MatchingConfig = Config<(typeof MATCHING_VARIABLES)[number]>;
