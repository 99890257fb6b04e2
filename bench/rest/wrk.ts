/**
 * Runs wrk and reads what it prints.
 *
 * @module
 */

/** What to load. */
export interface LoadRequest {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Lua script, and the argument that its `init` gets. */
  readonly script?: string;
  readonly argument?: string;
}

/** What came of it. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** wrk is not there, or a run had answers that are no success. */
export class WrkError extends Error {
  override readonly name = "WrkError";
}

/** One run. @throws {WrkError} */
export async function wrk(request: LoadRequest): Promise<Load> {
  const { url, connections, seconds, script, argument } = request;
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency"];
  if (script !== undefined) args.push("-s", script);
  args.push(url);
  if (argument !== undefined) args.push("--", argument);
  const output = await new Deno.Command("wrk", { args }).output().catch(() => {
    throw new WrkError("wrk is not there: apt-get install wrk, or brew install wrk");
  });
  const text = new TextDecoder().decode(output.stdout);
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1];
  if (refused !== undefined) throw new WrkError(`${refused} requests were refused:\n${text}`);
  const errors = /Socket errors: .*/.exec(text)?.[0];
  if (errors !== undefined) throw new WrkError(`${errors}\n${text}`);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p50Micros: percentileMicros(text, "50"),
    p99Micros: percentileMicros(text, "99"),
  };
}

const MICROS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000 };

function percentileMicros(text: string, percentile: string): number {
  const [, figure, unit] = new RegExp(`\\s${percentile}%\\s+([\\d.]+)(us|ms|s)\\b`).exec(text) ??
    [];
  return Number(figure) * MICROS[unit];
}
