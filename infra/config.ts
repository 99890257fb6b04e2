/**
 * The one reader of the environment.
 *
 * Every variable is declared in the table of variables.ts; a process asks for those it needs and gets
 * them typed, or a {@link ConfigError} that names the variable, the value and what is allowed.
 *
 * @module
 */
import type { Variable } from "./variable.ts";
import { VARIABLES } from "./variables.ts";

/** An environment variable with a value that is not allowed, or a required one that is missing. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly variable: string, readonly value: string | undefined, allowed: string) {
    super(
      value === undefined
        ? `${variable} is not set; it takes ${allowed}`
        : `${variable}=${value} is not allowed; it takes ${allowed}`,
    );
  }
}

/** The name of a declared variable. */
export type VariableName = keyof typeof VARIABLES;
/** The typed values of the variables with the given names. */
export type Config<N extends VariableName> = {
  readonly [K in N]: NonNullable<(typeof VARIABLES)[K]["fallback"]>;
};

/**
 * Reads the named variables.
 *
 * @throws {ConfigError} when a value is not allowed or a required variable is missing.
 */
export function readConfig<N extends VariableName>(
  names: readonly N[],
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Config<N> {
  const values: Partial<Record<N, unknown>> = {};
  for (const name of names) {
    const declared: Variable<unknown> = VARIABLES[name];
    const given = environment(declared.name);
    const value = given === undefined ? declared.fallback : declared.parse(given);
    if (value === undefined) {
      const shown = given !== undefined && declared.secret ? "(hidden)" : given;
      throw new ConfigError(declared.name, shown, declared.allowed);
    }
    values[name] = value;
  }
  return values as Config<N>;
}

/** The text that `--help` prints for the named variables. */
export function describeVariables(names: readonly VariableName[]): string {
  return names.map((name) => {
    const { name: key, about, fallback, allowed, secret }: Variable<unknown> = VARIABLES[name];
    const preset = fallback === undefined ? "required" : secret ? "" : `default ${fallback}`;
    return `  ${key.padEnd(28)} ${about} (${[allowed, preset].filter(Boolean).join("; ")})`;
  }).join("\n");
}

/** Variables of the platform that a child process of Deno needs to find its cache and its manners. */
const PLATFORM_VARIABLES = [
  "DENO_DIR",
  "HOME",
  "LOCALAPPDATA",
  "NO_COLOR",
  "TZ",
  "XDG_CACHE_HOME",
] as const;

/**
 * The environment of a child process that is given nothing by accident: the variables of the
 * platform, and those declared here that are set and no secrets. A secret is passed on by name.
 *
 * @throws {ConfigError} when a value is not allowed.
 */
export function inheritedEnvironment(
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const name of PLATFORM_VARIABLES) {
    const value = environment(name);
    if (value !== undefined) inherited[name] = value;
  }
  for (const key of Object.keys(VARIABLES) as VariableName[]) {
    const declared: Variable<unknown> = VARIABLES[key];
    const value = declared.secret ? undefined : environment(declared.name);
    // The search path is for this process, which starts all others by their full paths.
    if (value === undefined || key === "searchPath") continue;
    readConfig([key], () => value);
    inherited[declared.name] = value;
  }
  return inherited;
}
