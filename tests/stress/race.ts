/**
 * Runs Workers against each other and collects what they saw.
 *
 * @module
 */

/** What every Worker of a race is told. */
export interface RaceJob {
  /** Folder of `core/memory`, or of a mutant of it. */
  readonly modules: string;
  /** Memory of the structure that is raced over. */
  readonly memory: SharedArrayBuffer;
  /** Two words: not 0 once a Worker has seen an error, so that all stop; Workers that are here. */
  readonly gate: SharedArrayBuffer;
  /** Workers in the race. */
  readonly workers: number;
  /** What this Worker does. */
  readonly role: string;
  /** Number of this Worker among those of its role, from 0. */
  readonly number: number;
  /** Operations it does. */
  readonly count: number;
}

/** What a Worker saw. */
export interface RaceReport {
  readonly role: string;
  /** What was wrong first; absent when nothing was. */
  readonly error?: string;
  /** Sum over what it did, to be compared between Workers. */
  readonly checksum: number;
  /** Counts that tell whether the race was one. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** A Worker of a race. */
export interface Entrant {
  readonly role: string;
  readonly count: number;
}

/** Runs one Worker for each entrant; settles when all have reported. */
export async function race(
  workerFile: string,
  modules: string,
  memory: SharedArrayBuffer,
  entrants: readonly Entrant[],
): Promise<RaceReport[]> {
  const gate = new SharedArrayBuffer(8);
  const workers: Worker[] = [];
  try {
    const reports = entrants.map(({ count, role }, index) => {
      const number = entrants.slice(0, index).filter((other) => other.role === role).length;
      const worker = new Worker(new URL(workerFile, import.meta.url), { type: "module" });
      workers.push(worker);
      const { promise, reject, resolve } = Promise.withResolvers<RaceReport>();
      worker.onmessage = (event: MessageEvent<RaceReport>) => resolve(event.data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`${role} died: ${event.message}`));
      };
      const job: RaceJob = {
        count,
        gate,
        memory,
        modules,
        number,
        role,
        workers: entrants.length,
      };
      worker.postMessage(job);
      return promise;
    });
    return await Promise.all(reports);
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/** The errors of a race's Workers. */
export function errorsOf(reports: readonly RaceReport[]): string[] {
  return reports.flatMap(({ error, role }) => error === undefined ? [] : [`${role}: ${error}`]);
}
