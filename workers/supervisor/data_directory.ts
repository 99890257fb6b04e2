/**
 * The data directory: whether it is ours, held by one supervisor at a time, emptied on request.
 *
 * @module
 */
import {
  InstallationPaths,
  OWN_ENTRIES,
  replaceFile,
} from "../../infra/administration/local_installation.ts";
import type { Say } from "./log_lines.ts";
import { endOrphans, readPid } from "./orphans.ts";

/** Version of the directory's layout, in its marker. */
const LAYOUT_VERSION = 1;
const DIRECTORY_MODE = 0o700;
const MARKER_MODE = 0o644;

/** The directory cannot be used. */
export class DataDirectoryError extends Error {
  override readonly name = "DataDirectoryError";
}

/** A data directory that this process holds. */
export interface DataDirectory {
  readonly paths: InstallationPaths;
  /** Lets go of it. The system does so as well when this process ends, however it ends. */
  release(): Promise<void>;
}

/**
 * Takes a data directory, made when missing; ends what an earlier supervisor left running in it.
 *
 * @param isFresh removes first what the project made in it
 * @throws {DataDirectoryError} when another supervisor holds it, or it is not one of ours
 */
export async function openDataDirectory(
  path: string,
  isFresh: boolean,
  say: Say,
): Promise<DataDirectory> {
  await Deno.mkdir(path, { recursive: true });
  const paths = new InstallationPaths(await Deno.realPath(path));
  await assertOurs(paths, isFresh);
  await Deno.mkdir(paths.run(), { recursive: true, mode: DIRECTORY_MODE });
  const lock = await Deno.open(paths.lock(), { create: true, write: true });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw await inUse(paths);
  }
  await replaceFile(paths.pid("supervisor"), `${Deno.pid}\n`, MARKER_MODE);
  await endOrphans(paths, say);
  if (isFresh) await removeOwn(paths, say);
  await replaceFile(
    paths.marker(),
    JSON.stringify({ project: "edgebook", layout: LAYOUT_VERSION }) + "\n",
    MARKER_MODE,
  );
  for (const folder of [paths.secrets(), paths.history()]) {
    await Deno.mkdir(folder, { recursive: true, mode: DIRECTORY_MODE });
  }
  return {
    paths,
    release: async () => {
      await removeIfThere(paths.pid("supervisor"));
      lock.close();
    },
  };
}

/** Refuses a directory with contents of somebody else that we would overwrite or remove. */
async function assertOurs(paths: InstallationPaths, isFresh: boolean): Promise<void> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(paths.data)) names.push(name);
  const layout = await readLayout(paths);
  if (layout === LAYOUT_VERSION) return;
  if (layout !== null) {
    throw new DataDirectoryError(
      `${paths.data} has layout ${layout}, this version knows ${LAYOUT_VERSION}`,
    );
  }
  const inTheWay = isFresh
    ? names
    : names.filter((name) => OWN_ENTRIES.some((own) => own === name));
  if (inTheWay.length === 0) return;
  const act = isFresh ? "--fresh removes nothing in it" : "nothing is written to it";
  throw new DataDirectoryError(
    `${paths.data} was not made by this project (it holds ${inTheWay[0]} and no edgebook.json), ` +
      `so ${act}; name another with --data DIR`,
  );
}

/** Layout of a directory of ours, `null` where there is no marker. */
async function readLayout(paths: InstallationPaths): Promise<unknown> {
  try {
    const { project, layout } = JSON.parse(await Deno.readTextFile(paths.marker()));
    return project === "edgebook" ? layout : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function inUse(paths: InstallationPaths): Promise<DataDirectoryError> {
  const pid = await readPid(paths.pid("supervisor"));
  const who = pid === null ? "" : ` (pid ${pid})`;
  return new DataDirectoryError(
    `a market already runs on ${paths.data}${who}; stop it first, or start another one beside ` +
      "it with --data DIR --port N",
  );
}

/** Removes what the project made, but for the lock, which is held, and what a stranger put there. */
async function removeOwn(paths: InstallationPaths, say: Say): Promise<void> {
  say(`starting from nothing: removing what is in ${paths.data}`);
  for (const name of OWN_ENTRIES) {
    if (name !== "run") await removeIfThere(`${paths.data}/${name}`);
  }
  const kept = [paths.lock(), paths.pid("supervisor")];
  for await (const { name } of Deno.readDir(paths.run())) {
    const path = `${paths.run()}/${name}`;
    if (!kept.includes(path)) await removeIfThere(path);
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
