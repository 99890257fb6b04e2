/**
 * Ports: free ones for a server, and those that a server says it listens on.
 *
 * @module
 */
import type { ServerPorts } from "./server_config.ts";

/**
 * Ports are picked below the range that systems take for outgoing connections (32768 and up): a
 * client that tries again and again to reach a server that is down there can connect to itself and
 * so keep the port from the server.
 */
const PICK_LEAST = 12_000;
const PICK_MOST = 32_000;
/** Ports tried before giving up. */
const PICKS_MAX = 200;

/** Path of the file that a server with `ports_file_dir` writes. */
export const portsPath = (directory: string, executable: string, pid: number): string =>
  `${directory}/${executable.slice(executable.lastIndexOf("/") + 1)}_${pid}.ports`;

/** The ports in the text of such a file, or `undefined` while it is not complete. */
export function parsePorts(text: string): ServerPorts | undefined {
  try {
    const { nats, monitoring, websocket } = JSON.parse(text);
    const port = (urls: unknown): number => Number(new URL((urls as string[])[0]).port);
    const ports = { client: port(nats), webSocket: port(websocket), monitor: port(monitoring) };
    return Object.values(ports).every((one) => one > 0) ? ports : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Replaces each 0 by a port that is free at this moment.
 *
 * @throws {Deno.errors.AddrInUse} when none is found
 */
export function pickPorts(host: string, wanted: ServerPorts): ServerPorts {
  const taken = new Set(Object.values(wanted));
  const pick = (port: number): number => {
    if (port !== 0) return port;
    for (let tries = 0; tries < PICKS_MAX; tries++) {
      const one = PICK_LEAST + Math.floor(Math.random() * (PICK_MOST - PICK_LEAST));
      if (taken.has(one) || !isPortFree(host, one)) continue;
      taken.add(one);
      return one;
    }
    throw new Deno.errors.AddrInUse(`no free port on ${host} in ${PICKS_MAX} tries`);
  };
  return {
    client: pick(wanted.client),
    webSocket: pick(wanted.webSocket),
    monitor: pick(wanted.monitor),
  };
}

/**
 * So many ports that are free at this moment, no two of them the same.
 *
 * @throws {Deno.errors.AddrInUse} when they are not found
 */
export function freePorts(host: string, count: number): number[] {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    // Bounded: each try finds a port or throws, and one that was found before is rare.
    if (tries === count + PICKS_MAX) {
      throw new Deno.errors.AddrInUse(`no ${count} free ports on ${host}`);
    }
    found.add(pickPorts(host, { client: 0, webSocket: 1, monitor: 1 }).client);
  }
  return [...found];
}

/** Whether nobody listens on a TCP port of `host`. */
export function isPortFree(host: string, port: number): boolean {
  try {
    Deno.listen({ hostname: host, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied) {
      return false;
    }
    throw error;
  }
}
