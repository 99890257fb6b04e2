/**
 * What can go wrong while a tool is looked for or installed.
 *
 * @module
 */

/** A tool is not here and could not be installed. The message ends with two lines of what to type. */
export class ProvisionError extends Error {
  override readonly name = "ProvisionError";
  constructor(readonly tool: string, reason: string, readonly advice: readonly [string, string]) {
    super(`${tool}: ${reason}\n${advice[0]}\n${advice[1]}`);
  }
}
