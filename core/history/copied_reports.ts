/**
 * Picks out of runs of reports what the drop copy has, in the order of the events.
 *
 * @module
 */
import { isCopied } from "./copy_entry.ts";
import {
  EVENT_OFFSET_BYTES,
  type HistoryReport,
  PACKED_REPORT_BYTES,
  type PackedRun,
  unpackReports,
} from "./report_run.ts";

/**
 * The reports of trades and of money among those of whole batches, of every account, by ascending
 * event: of the events behind `afterSequence` up to `toSequence`. O(reports + n log n of those
 * returned).
 *
 * @throws {BrokenHistoryError} when a run does not consist of whole reports
 */
export function copiedReports(
  runs: readonly PackedRun[],
  afterSequence: number,
  toSequence: number,
): HistoryReport[] {
  const copied: HistoryReport[] = [];
  for (const run of runs) {
    if (!hasCopied(run.packed)) continue;
    for (const report of unpackReports(run)) {
      const { event, eventSequence } = report;
      if (eventSequence <= afterSequence || eventSequence > toSequence) continue;
      if (isCopied(event[0])) copied.push(report);
    }
  }
  return copied.sort((one, other) => one.eventSequence - other.eventSequence);
}

function hasCopied(packed: Uint8Array): boolean {
  for (let at = EVENT_OFFSET_BYTES; at < packed.length; at += PACKED_REPORT_BYTES) {
    if (isCopied(packed[at])) return true;
  }
  return false;
}
