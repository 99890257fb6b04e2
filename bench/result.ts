/**
 * What a bench prints: one JSON object on the last line, and a table for people.
 *
 * @module
 */

/** A figure beside which the value stands. */
export interface Peer {
  readonly name: string;
  readonly value: number;
}

/** The result of one bench. `ratio` is this project over the first peer. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peers: readonly Peer[];
  readonly ratio: number;
  /** More figures, by name. */
  readonly details?: Readonly<Record<string, number | string>>;
}

/** A result with where it was measured. */
export interface StampedResult extends BenchResult {
  readonly machine: string;
  readonly commit: string;
}

/** Adds the machine and the commit to a result. */
export async function stamp(result: BenchResult): Promise<StampedResult> {
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const machine = `${navigator.hardwareConcurrency} cores, ${memory} GiB, ${Deno.build.os} ` +
    `${Deno.build.arch}, Deno ${Deno.version.deno}`;
  const git = await new Deno.Command("git", { args: ["rev-parse", "--short", "HEAD"] }).output()
    .catch(() => null);
  const commit = git?.success ? new TextDecoder().decode(git.stdout).trim() : "unknown";
  return { ...result, machine, commit };
}

/** The lines for a person. */
export function describe(result: BenchResult): string {
  const rows = [
    [result.name, result.value, ""],
    ...result.peers.map((peer) => [`  ${peer.name}`, peer.value, ratioText(result, peer)]),
    ...Object.entries(result.details ?? {}).map(([name, value]) => [`  · ${name}`, value, ""]),
  ];
  const width = Math.max(...rows.map(([name]) => String(name).length));
  return rows.map(([name, value, ratio]) => {
    const figure = typeof value === "number" ? value.toLocaleString("en-US") : String(value);
    return `${String(name).padEnd(width)}  ${figure.padStart(14)}  ${ratio}`.trimEnd();
  }).join("\n");
}

function ratioText(result: BenchResult, peer: Peer): string {
  return `${(result.value / peer.value).toFixed(2)} times`;
}
