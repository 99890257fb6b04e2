/**
 * What an environment variable is declared as.
 *
 * @module
 */

/** A declared environment variable. `parse` returns `undefined` for a value that is not allowed. */
export interface Variable<T> {
  readonly name: string;
  readonly about: string;
  /** Shown by `--help`; `undefined` makes the variable required. */
  readonly fallback: T | undefined;
  readonly allowed: string;
  /** A secret's value never appears in an error or in `--help`. */
  readonly secret: boolean;
  readonly parse: (text: string) => T | undefined;
}

/** A variable of any kind. */
export const variable = <T>(
  name: string,
  about: string,
  fallback: T | undefined,
  allowed: string,
  parse: (text: string) => T | undefined,
  secret = false,
): Variable<T> => ({ name, about, fallback, allowed, secret, parse });

/** A whole number from `least` to `most`. */
export const whole = (name: string, about: string, fallback: number, least: number, most: number) =>
  variable<number>(name, about, fallback, `a whole number from ${least} to ${most}`, (text) => {
    if (!/^\d{1,16}$/.test(text)) return undefined;
    const value = Number(text);
    return value >= least && value <= most ? value : undefined;
  });

/** Text that is not empty. */
export const text = (name: string, about: string, fallback: string | undefined, allowed = "text") =>
  variable<string>(name, about, fallback, allowed, (value) => value === "" ? undefined : value);

/** Text that nobody is shown. */
export const secret = (
  name: string,
  about: string,
  fallback: string | undefined,
  allowed: string,
) =>
  variable<string>(
    name,
    about,
    fallback,
    allowed,
    (value) => value === "" ? undefined : value,
    true,
  );

/** One of some words. */
export const oneOf = <T extends string>(
  name: string,
  about: string,
  fallback: T,
  values: readonly T[],
) =>
  variable<T>(
    name,
    about,
    fallback,
    values.join(" | "),
    (value) => values.find((one) => one === value),
  );
