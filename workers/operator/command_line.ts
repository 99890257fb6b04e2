/**
 * Command lines of the operator's programs.
 *
 * @module
 */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** A command line that is not understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options of a program, as `parseArgs` takes them. */
export type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads a command line strictly.
 *
 * @param program how it is called, for the error
 * @throws {UsageError} when it has an option that is not known or lacks its value
 */
export function readCommandLine<T extends Options>(
  program: string,
  args: string[],
  options: T,
  allowPositionals: boolean = false,
) {
  try {
    return parseArgs({ args, options, allowPositionals, strict: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UsageError(`${reason}; ${program} --help lists what there is`);
  }
}

/** A whole number of a command line. @throws {UsageError} */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `${name} ${
      JSON.stringify(text)
    } is not allowed; it takes a whole number from ${least} to ${most}`,
  );
}
