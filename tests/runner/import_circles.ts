/**
 * Circles of imports: files of which each needs the others, so that none can be read first.
 *
 * Imports of types count: who reads a file reads them too.
 *
 * @module
 */
import { posix } from "node:path";

/** A module's text. */
export interface ModuleText {
  readonly path: string;
  readonly text: string;
}

/** A relative specifier behind `from`, or that of an import for its effects. */
const SPECIFIER = /^(?:(?:import|export)\b[^"';]*\bfrom|import) "(\.{1,2}\/[^"]+)"/gm;

/** Each largest group of files that import each other round about, its paths sorted. O(imports). */
export function importCircles(modules: readonly ModuleText[]): string[][] {
  const imports = new Map(modules.map(({ path, text }) => [path, importsOf(path, text)]));
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const open: string[] = [];

  /** Tarjan's algorithm: the number of the earliest open file that can be reached. */
  const visit = (path: string): number => {
    const own = order.size;
    let earliest = own;
    order.set(path, own);
    open.push(path);
    for (const next of imports.get(path) ?? []) {
      if (!imports.has(next)) continue;
      const number = order.get(next);
      if (number === undefined) earliest = Math.min(earliest, visit(next));
      else if (open.includes(next)) earliest = Math.min(earliest, number);
    }
    if (earliest < own) return earliest;
    const group = open.splice(open.indexOf(path));
    if (group.length > 1) circles.push(group.toSorted());
    return earliest;
  };
  for (const path of imports.keys()) if (!order.has(path)) visit(path);
  return circles;
}

function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(SPECIFIER)].map(([, specifier]) =>
    posix.join(posix.dirname(path), specifier ?? "")
  );
}
