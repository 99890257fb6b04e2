/**
 * Measures one candidate in a thread of its own, so that no other candidate's code is in what the
 * compiler made of the loops. Receives {@link IndexTask}, answers with `IndexFigures`.
 *
 * @module
 */
import { CANDIDATES } from "./candidates.ts";
import { measureIndex } from "./measure_index.ts";

/** What to measure. */
export interface IndexTask {
  readonly candidate: number;
  readonly levels: number;
}

interface Thread {
  onmessage: ((event: MessageEvent<IndexTask>) => void) | null;
  postMessage(figures: unknown): void;
}

const thread = globalThis as unknown as Thread;

thread.onmessage = ({ data }) => {
  thread.postMessage(measureIndex(CANDIDATES[data.candidate].create(), data.levels));
};
