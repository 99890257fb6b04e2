/**
 * The project as Deno Deploy receives it: only what `deploy.include` in deno.json lists.
 *
 * @module
 */

import { cp } from "node:fs/promises";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** The gateway's entry, relative to the project, as `deploy.runtime.entrypoint` names it. */
export const ENTRYPOINT: string = config.deploy.runtime.entrypoint.replace(/^\.\//, "");

/** A second configuration for the type check, beside the project's own. */
export const STABLE_CONFIG = "deno_stable.json";

/**
 * Copies the project into a new temporary folder, together with {@link STABLE_CONFIG}, which knows
 * only the types of stable APIs: Deploy takes no `--unstable` flag.
 *
 * @returns the folder, which the caller removes.
 */
export async function stageDeploy(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "edgebook_deploy_" });
  for (const name of config.deploy.include) {
    await cp(new URL(name, ROOT), `${folder}/${name}`, { recursive: true });
  }
  const { lint: _, ...rest } = config;
  const stable = { ...rest, compilerOptions: { ...rest.compilerOptions, lib: ["deno.window"] } };
  await Deno.writeTextFile(`${folder}/${STABLE_CONFIG}`, JSON.stringify(stable));
  return folder;
}
