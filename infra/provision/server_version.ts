/**
 * The version of an installed server, asked of the binary itself.
 *
 * @module
 */
import { ProvisionError } from "./errors.ts";

/** A released version; what follows the third number (`-beta.1`, `-RC.2`) is not looked at. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Finds the first `1.2.3` in a text, or `undefined`. */
export function parseVersion(text: string): ServerVersion | undefined {
  const found = /(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(text);
  return found === null
    ? undefined
    : { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3]) };
}

/** Whether a version is the given one or a later one. */
export function isAtLeast(version: ServerVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** `2.9.10` for people. */
export const formatVersion = ({ major, minor, patch }: ServerVersion): string =>
  `${major}.${minor}.${patch}`;

/**
 * Runs `path --version`.
 *
 * @throws {ProvisionError} when it does not run or says no version
 */
export async function serverVersion(path: string): Promise<ServerVersion> {
  const advice: readonly [string, string] = [
    `Try it yourself:  ${path} --version`,
    "or point EDGEBOOK_NATS_SERVER at another binary.",
  ];
  let text: string;
  try {
    const { stdout, stderr } = await new Deno.Command(path, { args: ["--version"] }).output();
    text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProvisionError(path, `does not run (${reason})`, advice);
  }
  const version = parseVersion(text);
  if (version === undefined) {
    throw new ProvisionError(path, `says no version: ${text.slice(0, 200)}`, advice);
  }
  return version;
}
