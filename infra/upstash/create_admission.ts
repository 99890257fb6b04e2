/**
 * The admission that the configuration asks for.
 *
 * @module
 */
import type { Admission } from "../../core/limits/admission.ts";
import { admissionPolicy } from "../../core/limits/policy.ts";
import { type Config, ConfigError, VARIABLES } from "../config.ts";
import { UpstashAdmission, type UpstashStatus } from "./limiter.ts";
import { MemoryAdmission } from "./memory.ts";

/** The variables that {@link createAdmission} needs. */
export const ADMISSION_VARIABLES = [
  "limiter",
  "upstashUrl",
  "upstashToken",
  "keyRate",
  "addressRate",
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
): Admission {
  const policy = admissionPolicy(config.keyRate, config.addressRate);
  if (config.limiter === "memory") return new MemoryAdmission({ policy, nowMicros });
  for (const name of ["upstashUrl", "upstashToken"] as const) {
    const declared = VARIABLES[name];
    if (config[name] === "") throw new ConfigError(declared.name, undefined, declared.allowed);
  }
  const { upstashUrl: url, upstashToken: token } = config;
  return new UpstashAdmission({ url, token, policy, nowMicros, onChange });
}
