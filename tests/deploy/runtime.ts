/**
 * The Deno runtimes that the gateway must run on: the one that runs this test, and the oldest that
 * Deno Deploy is said to use.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { runChild, runDeno } from "../runner/child_process.ts";

/** A Deno to run the gateway with. */
export interface Runtime {
  /** Its version. */
  readonly version: string;
  /** Its executable itself, not the shim of an npm package. */
  readonly executable: string;
  /** Variables that its processes need to find their cache. */
  readonly env: Readonly<Record<string, string>>;
}

/** The oldest runtime that is supported on Deploy: the last release of its 2.5 line. */
export const OLDEST_VERSION = "2.5.7";

/** The npm packages that carry the executable, as `deno` itself splits them. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x86_64": "@deno/linux-x64-glibc",
  "linux-aarch64": "@deno/linux-arm64-glibc",
  "darwin-x86_64": "@deno/darwin-x64",
  "darwin-aarch64": "@deno/darwin-arm64",
  "windows-x86_64": "@deno/win32-x64",
};

const INSTALL_MILLIS_MAX = 180_000;
const CACHE = new URL("../../.cache/", import.meta.url);

/** The variables of this process that its own cache is found by. */
function ownCache(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ["DENO_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** The Deno that runs this test. */
export function currentRuntime(): Runtime {
  return { version: Deno.version.deno, executable: Deno.execPath(), env: ownCache() };
}

/** Whether an executable is there and is the version it should be. */
async function isVersion(executable: string, version: string): Promise<boolean> {
  try {
    const { output } = await runChild(executable, ["--version"], { millisMax: INSTALL_MILLIS_MAX });
    return output.includes(`deno ${version} `);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * The oldest runtime, from the project's cache or else from its npm package (some 45 MB, once),
 * which this Deno fetches and checks. It keeps a cache of its own, because versions differ in
 * what they store.
 *
 * @throws when there is no package for this machine, or it cannot be fetched.
 */
export async function oldestRuntime(say: (line: string) => void): Promise<Runtime> {
  const platform = `${Deno.build.os}-${Deno.build.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) throw new Error(`no npm package carries Deno for ${platform}`);
  const folder = fileURLToPath(new URL(`deno_${OLDEST_VERSION}/`, CACHE));
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  const executable = `${folder}node_modules/${name}/deno${suffix}`;
  // It trusts only the certificates that it brings along, unless it is told to ask the system.
  const env = { DENO_DIR: `${folder}cache`, DENO_TLS_CA_STORE: "system,mozilla" };

  if (!await isVersion(executable, OLDEST_VERSION)) {
    say(`fetching Deno ${OLDEST_VERSION} (npm package ${name}) into the project's .cache`);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(
      `${folder}package.json`,
      JSON.stringify({ dependencies: { [name]: OLDEST_VERSION } }),
    );
    await Deno.writeTextFile(`${folder}deno.json`, JSON.stringify({ nodeModulesDir: "auto" }));
    const { output } = await runDeno(["install"], { cwd: folder, millisMax: INSTALL_MILLIS_MAX });
    if (!await isVersion(executable, OLDEST_VERSION)) {
      throw new Error(`Deno ${OLDEST_VERSION} could not be fetched:\n${output}`);
    }
  }
  return { version: OLDEST_VERSION, executable, env };
}
