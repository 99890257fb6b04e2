/**
 * Checks of `deno task doctor` on this machine: server binary, files, ports, disk.
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import {
  InstallationError,
  type InstallationPaths,
} from "../../infra/administration/local_installation.ts";
import { isPortFree } from "../../infra/nats/ports.ts";
import { findTool } from "../../infra/provision/provision.ts";
import { formatVersion, serverVersion } from "../../infra/provision/server_version.ts";
import { thisSystem } from "../../infra/provision/system.ts";
import { commandLine, readPid } from "../supervisor/orphans.ts";
import type { Check, Finding } from "./check.ts";

/** Below this the broker should get more room soon, or at once. */
const DISK_WARN_BYTES = 5e9;
/** See {@link DISK_WARN_BYTES}. */
const DISK_FAIL_BYTES = 5e8;
const HOST = "127.0.0.1";
const USUAL_PORTS: readonly { readonly port: number; readonly of: string }[] = [
  { port: 8000, of: "gateway" },
  { port: 4222, of: "nats" },
  { port: 8443, of: "nats WebSocket" },
];
/** Permission bits of others than the owner. */
const OTHERS_BITS = 0o077;

/** The checks. `urls` are those of the market, empty when there is none. */
export function machineChecks(
  paths: InstallationPaths,
  urls: () => Promise<readonly string[]>,
): Check[] {
  return [
    {
      name: "nats-server",
      advice: "deno task start installs it, or set EDGEBOOK_NATS_SERVER",
      look: lookAtBinary,
    },
    {
      name: "secrets",
      advice: "start the market: deno task start",
      look: () => lookAtSecrets(paths),
    },
    {
      name: "ports",
      advice: "choose others: deno task start --port N",
      look: () => lookAtPorts(paths, urls),
    },
    { name: "disk", advice: "make room", look: () => lookAtDisk(paths) },
  ];
}

async function lookAtBinary(): Promise<Finding> {
  const path = await findTool("nats-server", thisSystem());
  if (path === undefined) throw new Error("nats-server is not installed");
  return { status: "ok", detail: `${path}, version ${formatVersion(await serverVersion(path))}` };
}

async function lookAtSecrets(paths: InstallationPaths): Promise<Finding> {
  const files = [
    paths.masterKey(),
    paths.keys(),
    paths.subscriberCredentials(),
    paths.credentials("admin"),
  ];
  const open: string[] = [];
  for (const path of files) {
    let info: Deno.FileInfo;
    try {
      info = await Deno.stat(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new InstallationError(`${paths.data} holds no market: ${path} is missing`);
    }
    if (info.mode !== null && (info.mode & OTHERS_BITS) !== 0) open.push(path);
  }
  if (open.length === 0) return { status: "ok", detail: "readable by their owner alone" };
  return {
    status: "warn",
    detail: `others may read ${open.join(", ")}`,
    advice: `chmod 600 ${open.join(" ")}`,
  };
}

/** Ports of the market must be taken; of the usual ones it says what a start would find. */
async function lookAtPorts(
  paths: InstallationPaths,
  urls: () => Promise<readonly string[]>,
): Promise<Finding> {
  // Of a market that has stopped, somebody else may have the ports by now.
  const known = await isSupervised(paths) ? await urls().catch(() => []) : [];
  const own = known.map((url) => Number(new URL(url).port));
  const silent = own.filter((port) => isPortFree(HOST, port));
  const others = USUAL_PORTS.filter(({ port }) => !own.includes(port) && !isPortFree(HOST, port));
  const ours = own.filter((port) => !silent.includes(port));
  const parts = [
    ours.length > 0 ? `in use by this market: ${ours.join(", ")}` : "",
    silent.length > 0 ? `nobody listens on ${silent.join(", ")}` : "",
    others.length > 0
      ? `used by something else: ${others.map(({ port, of }) => `${port} (${of})`).join(", ")}`
      : "",
  ].filter(Boolean);
  const detail = parts.join("; ") || "all free";
  if (silent.length > 0 && ours.length > 0) {
    return { status: "fail", detail, advice: "a component is down; deno task start restarts it" };
  }
  // Another market, or another program: this one moves out of the way but for its gateway.
  if (ours.length === 0 && others.some(({ port }) => port === 8000)) {
    return { status: "warn", detail, advice: "start with another one: deno task start --port N" };
  }
  return { status: "ok", detail };
}

/** Whether a supervisor runs on the data directory. */
async function isSupervised(paths: InstallationPaths): Promise<boolean> {
  const pid = await readPid(paths.pid("supervisor"));
  return pid !== null && (await commandLine(pid)).includes("start_main.ts");
}

async function lookAtDisk(paths: InstallationPaths): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(await nearestFolder(paths.data));
  const left = Number(bavail) * Number(bsize);
  const share = Math.round(100 * Number(bavail) / Math.max(1, Number(blocks)));
  const detail = `${(left / 1e9).toFixed(1)} GB left (${share} %) at ${paths.data}`;
  if (left > DISK_WARN_BYTES) return { status: "ok", detail };
  const advice = "make room: the broker refuses orders when the disk is full";
  return { status: left > DISK_FAIL_BYTES ? "warn" : "fail", detail, advice };
}

/** The folder itself, or the nearest one above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; folder.length > 1; folder = folder.slice(0, folder.lastIndexOf("/"))) {
    try {
      await Deno.stat(folder);
      return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return "/";
}
