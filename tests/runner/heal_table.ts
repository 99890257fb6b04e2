/**
 * The table of self-heal times that a run of the chaos tests ends with.
 *
 * @module
 */

/** What a line begins with that says a self-heal time. */
export const HEALED_PREFIX = "healed after ";

const LINE = /healed after (.+): (\d+) ms$/;
/**
 * What a brokerage platform says of its own failovers, in seconds: the least and the most that it
 * publishes.
 */
const PUBLISHED_SECONDS = [8.6, 22] as const;

/** Median and worst of each kind as lines of text, worst kind first; none when nothing healed. */
export function healTable(output: string): string[] {
  const byKind = new Map<string, number[]>();
  for (const line of output.split("\n")) {
    const found = LINE.exec(line);
    if (found === null) continue;
    const [, kind, millis] = found;
    byKind.set(kind, [...(byKind.get(kind) ?? []), Number(millis)]);
  }
  if (byKind.size === 0) return [];
  const width = Math.max(...[...byKind.keys()].map((kind) => kind.length), "fault".length);
  const row = (kind: string, times: string, median: string, worst: string) =>
    `${kind.padEnd(width)}  ${times.padStart(5)}  ${median.padStart(9)}  ${worst.padStart(9)}`;
  const rows = [...byKind].map(([kind, times]) => {
    const sorted = times.toSorted((one, other) => one - other);
    return {
      kind,
      times: sorted.length,
      median: sorted[sorted.length >> 1],
      worst: sorted.at(-1)!,
    };
  }).sort((one, other) => other.worst - one.worst);
  const [least, most] = PUBLISHED_SECONDS;
  return [
    `orders were answered again after (a brokerage platform publishes ${least} to ${most} s):`,
    row("fault", "times", "median", "worst"),
    ...rows.map(({ kind, times, median, worst }) =>
      row(kind, String(times), `${median} ms`, `${worst} ms`)
    ),
    `${byKind.size} kinds of fault`,
  ];
}
