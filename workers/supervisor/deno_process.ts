/**
 * A child process of Deno with an environment and permissions that name what it needs and no more.
 *
 * @module
 */
import { VARIABLES } from "../../infra/variables.ts";
import { PROJECT_ROOT } from "../../infra/administration/local_installation.ts";
import { forwardLines, type Say } from "./log_lines.ts";

/** What a process is made of. */
export interface DenoProcessSpec {
  /** Module to run, from the project's root. */
  readonly entry: string;
  /** `host:port` of everything it listens on or connects to. */
  readonly net: readonly string[];
  /** Paths it may read, beside the modules that it imports. */
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  /** Its whole environment: nothing is inherited. Secrets go this way, never by the command line. */
  readonly environment: Readonly<Record<string, string>>;
  readonly v8Flags?: readonly string[];
  /** Shown as the last argument, so that a list of processes tells whose it is. */
  readonly label: string;
  /** Takes each line of standard output. */
  readonly onLine: Say;
  /** Takes each line of standard error. */
  readonly say: Say;
}

/** Variables that packages look at; none of them is set. */
const PACKAGE_VARIABLES = ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"];

/** The arguments of the process, which anybody on the machine may read. */
export function denoArguments(spec: DenoProcessSpec): string[] {
  const variables = Object.values(VARIABLES).map(({ name }) => name);
  const list = (flag: string, values: readonly string[] = []) =>
    values.length === 0
      ? []
      : [`--allow-${flag}=${values.map((value) => value.replaceAll(",", ",,")).join(",")}`];
  return [
    "run",
    "--quiet",
    "--cached-only",
    "--no-prompt",
    `--config=${PROJECT_ROOT}deno.json`,
    ...list("net", spec.net),
    ...list("env", [...variables, ...PACKAGE_VARIABLES]),
    ...list("read", spec.read),
    ...list("write", spec.write),
    ...(spec.v8Flags === undefined ? [] : [`--v8-flags=${spec.v8Flags.join(",")}`]),
    PROJECT_ROOT + spec.entry,
    spec.label,
  ];
}

/**
 * Starts the process, in a session of its own: Ctrl-C in a terminal goes to the supervisor alone,
 * which ends the others in order. This very Deno is started, never a shim, whose death would
 * orphan the process.
 */
export function spawnDeno(spec: DenoProcessSpec): Deno.ChildProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: denoArguments(spec),
    cwd: PROJECT_ROOT,
    clearEnv: true,
    // Its lines go through a pipe; colours would be read as text.
    env: { ...spec.environment, NO_COLOR: "1" },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  void forwardLines(child.stdout, spec.onLine);
  void forwardLines(child.stderr, spec.say);
  return child;
}
