/**
 * Downloads a pinned release, checks it against the SHA-256 that stands in tools.ts, and takes the
 * executable out of the archive.
 *
 * What the checksum proves: the bytes are those that the project's authors wrote down. It says
 * nothing about how the release was built; its signature is not checked.
 *
 * @module
 */
import { withProgress } from "./progress.ts";
import type { System } from "./system.ts";
import type { PinnedRelease } from "./tools.ts";

/** Largest archive, unpacked. */
const ARCHIVE_BYTES_MAX = 256 * 1_048_576;
const TAR_BLOCK = 512;

/** Names of architectures in releases of Go programs. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/** The release's name of a system's platform. */
export function releasePlatform(system: System): string {
  return `${system.platform}-${ARCHITECTURES[system.architecture] ?? system.architecture}`;
}

/**
 * Installs a release as `<cache>/<name>`.
 *
 * @returns why it could not, or `undefined` when it worked
 */
export async function installRelease(
  system: System,
  name: string,
  release: PinnedRelease,
  say: (line: string) => void,
): Promise<string | undefined> {
  const platform = releasePlatform(system);
  const expected = release.sha256[platform];
  if (expected === undefined) return `no release is pinned for ${platform}`;
  const fill = (text: string) =>
    text.replaceAll("{version}", release.version).replaceAll("{platform}", platform);
  const url = fill(release.url);
  say(`downloading ${url}`);
  try {
    const archive = await withProgress(say, `downloading ${name}`, () => system.download(url));
    const found = await sha256(archive);
    if (found !== expected) return `${url} has SHA-256 ${found}, expected ${expected}`;
    say(`SHA-256 ${found} is the pinned one`);
    const executable = findMember(await gunzip(archive), fill(release.member));
    if (executable === undefined) return `${url} does not contain ${fill(release.member)}`;
    await system.writeExecutable(`${system.cacheDirectory}/${name}`, executable);
    return undefined;
  } catch (error) {
    return `cannot install ${url}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** SHA-256 in lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > ARCHIVE_BYTES_MAX) throw new Error(`unpacked beyond ${ARCHIVE_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The contents of a regular file in a tar archive (POSIX ustar), by its path. */
export function findMember(tar: Uint8Array, path: string): Uint8Array | undefined {
  const decoder = new TextDecoder();
  const text = (from: number, to: number) =>
    decoder.decode(tar.subarray(from, to)).replace(/\0.*$/s, "").trim();
  for (let at = 0; at + TAR_BLOCK <= tar.length;) {
    const bytes = parseInt(text(at + 124, at + 136) || "0", 8);
    if (!Number.isSafeInteger(bytes) || bytes < 0) return undefined;
    const begin = at + TAR_BLOCK;
    if (text(at, at + 100) === path && begin + bytes <= tar.length) {
      return tar.subarray(begin, begin + bytes);
    }
    at = begin + Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK;
  }
  return undefined;
}
