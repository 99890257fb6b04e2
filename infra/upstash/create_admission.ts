/**
 * The admission that the configuration asks for.
 *
 * @module
 */
import { admissionPolicy } from "../../core/limits/policy.ts";
import { TIER_PATTERN } from "../keys/key_record.ts";
import { type Config, ConfigError } from "../config.ts";
import { VARIABLES } from "../variables.ts";
import { UpstashAdmission, type UpstashStatus } from "./limiter.ts";
import { MemoryAdmission } from "./memory.ts";

/** Most tiers with limits of their own. */
export const TIERS_MAX = 32;

/** The variables that {@link createAdmission} needs. */
export const ADMISSION_VARIABLES = [
  "limiter",
  "upstashUrl",
  "upstashToken",
  "keyRate",
  "addressRate",
  "tierRates",
  "limitInstances",
] as const;

/**
 * Admission in memory or over Upstash, by the variable `limiter`.
 *
 * @param nowMicros clock of what is decided here, in microseconds
 * @param onChange told when Upstash is lost and when it is back
 * @throws {ConfigError} when Upstash is asked for and its URL or token is missing.
 * @throws {PolicyError} when a rate is out of range.
 */
export function createAdmission(
  config: Config<(typeof ADMISSION_VARIABLES)[number]>,
  nowMicros: () => number,
  onChange: (status: UpstashStatus) => void = () => {},
): MemoryAdmission | UpstashAdmission {
  const { keyRate, addressRate, limitInstances: instances } = config;
  const policy = admissionPolicy(keyRate, addressRate, parseTierRates(config.tierRates));
  if (config.limiter === "memory") return new MemoryAdmission({ policy, nowMicros });
  for (const name of ["upstashUrl", "upstashToken"] as const) {
    const declared = VARIABLES[name];
    if (config[name] === "") throw new ConfigError(declared.name, undefined, declared.allowed);
  }
  const { upstashUrl: url, upstashToken: token } = config;
  return new UpstashAdmission({ url, token, policy, instances, nowMicros, onChange });
}

/** Reads `pro=5000,maker=20000`. @throws {ConfigError} */
function parseTierRates(text: string): Map<string, number> {
  const rates = new Map<string, number>();
  if (text === VARIABLES.tierRates.fallback) return rates;
  for (const part of text.split(",")) {
    const [tier = "", rate = "", ...rest] = part.split("=");
    const isGood = TIER_PATTERN.test(tier) && /^[1-9]\d{0,7}$/.test(rate) && rest.length === 0;
    if (!isGood || rates.has(tier) || rates.size === TIERS_MAX) {
      const { name, allowed } = VARIABLES.tierRates;
      throw new ConfigError(name, text, allowed);
    }
    rates.set(tier, Number(rate));
  }
  return rates;
}
