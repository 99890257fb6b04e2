/**
 * What provisioning needs of the machine, behind one small interface, so that each branch of it can
 * be tested without a machine of that kind.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { readConfig } from "../config.ts";
import type { Tool } from "./tools.ts";

/** Longest run of one command: a package of 100 MB over a slow line. */
export const COMMAND_MILLIS_MAX = 15 * 60_000;
/** Longest download, and its largest size. */
export const DOWNLOAD_MILLIS_MAX = 5 * 60_000;
/** See {@link DOWNLOAD_MILLIS_MAX}. */
export const DOWNLOAD_BYTES_MAX = 64 * 1_048_576;
/** What of a command's output is kept for an error. */
const OUTPUT_LENGTH_MAX = 2_000;
/** Code of a command that is not there, as in shells. */
export const COMMAND_NOT_FOUND = 127;

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  /** The end of what it printed. */
  readonly output: string;
}

/** The machine. */
export interface System {
  /** `linux`, `darwin`, ... */
  readonly platform: string;
  /** `x86_64`, `aarch64`, ... */
  readonly architecture: string;
  readonly isRoot: boolean;
  /** Folders that are searched for executables, in order. */
  readonly searchPath: readonly string[];
  /** Folder for what the project downloads, and for lock files. */
  readonly cacheDirectory: string;
  /** The executable that the tool's environment variable names, or "" when it is not set. */
  configured(tool: Tool): string;
  /** Whether a file can be executed. */
  isExecutable(path: string): Promise<boolean>;
  /** Whether a file or folder exists. */
  exists(path: string): Promise<boolean>;
  /** Runs a command to its end. Never throws: a missing command has code 127. */
  run(command: string, args: readonly string[]): Promise<CommandResult>;
  /** Gets a URL's body. Throws when it cannot. */
  download(url: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Writes an executable as a whole: a reader sees the old file or the new one. */
  writeExecutable(path: string, bytes: Uint8Array): Promise<void>;
  /** Takes a lock between processes, or returns `undefined` when another one holds it. */
  tryLock(name: string): Promise<{ release(): void } | undefined>;
}

/** Folders that PATH often lacks although servers are installed there. */
const EXTRA_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/bin"];

/** This machine. */
export function thisSystem(): System {
  const { searchPath } = readConfig(["searchPath"]);
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const folders = [...searchPath.split(separator).filter(Boolean), ...EXTRA_FOLDERS];
  return {
    platform: Deno.build.os,
    architecture: Deno.build.arch,
    isRoot: Deno.build.os !== "windows" && Deno.uid() === 0,
    searchPath: [...new Set(folders)],
    cacheDirectory: fileURLToPath(new URL("../../.cache/bin", import.meta.url)),
    configured: (tool) => readConfig([tool.variable])[tool.variable],
    isExecutable,
    exists: async (path) => await status(path) !== undefined,
    run,
    download,
    writeExecutable,
    tryLock,
  };
}

async function status(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    // Missing, or behind a folder that this user may not read: not usable either way.
    return undefined;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  const info = await status(path);
  return info !== undefined && info.isFile && (info.mode === null || (info.mode & 0o111) !== 0);
}

async function run(command: string, args: readonly string[]): Promise<CommandResult> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      signal: AbortSignal.timeout(COMMAND_MILLIS_MAX),
    }).output();
    const decoder = new TextDecoder();
    const output = (decoder.decode(stdout) + decoder.decode(stderr)).slice(-OUTPUT_LENGTH_MAX);
    return { code, output };
  } catch (error) {
    return { code: COMMAND_NOT_FOUND, output: error instanceof Error ? error.message : "" };
  }
}

async function download(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MILLIS_MAX) });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > DOWNLOAD_BYTES_MAX) {
      throw new Error(`${url} is longer than ${DOWNLOAD_BYTES_MAX} bytes`);
    }
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function writeExecutable(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  await Deno.writeFile(draft, bytes, { mode: 0o755 });
  await Deno.chmod(draft, 0o755);
  await Deno.rename(draft, path);
}

/** A lock of the operating system's on a file: it ends with its process, so it is never stale. */
async function tryLock(name: string): Promise<{ release(): void } | undefined> {
  const { cacheDirectory } = thisSystem();
  await Deno.mkdir(cacheDirectory, { recursive: true });
  const file = await Deno.open(`${cacheDirectory}/${name}.lock`, { create: true, write: true });
  if (await file.tryLock(true)) return { release: () => file.close() };
  file.close();
  return undefined;
}
