/**
 * The audit trail as it is shown over REST: what `deno task admin audit` shows.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { journalStream } from "../../core/protocol/subjects.ts";
import { resultsOf } from "../../infra/journal/act_results.ts";
import { readLastActs } from "../../infra/journal/administrative_acts.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import type { Reference } from "../../infra/reference/reference.ts";
import { ActNames, type ShownAct, shownAct } from "../operator/shown_act.ts";

/** Part of the audit trail. */
export interface ShownAudit {
  /** The newest last. */
  readonly acts: readonly ShownAct[];
  /** Whether there may be more before them. */
  readonly hasMore: boolean;
}

/** Appends at the end of the journal that are read for a request; `deno task admin audit` reads all. */
export const AUDITED_APPENDS_MAX = 200_000;

/** First append that is read of a journal. */
export const auditedFrom = (firstSequence: number, lastSequence: number): number =>
  Math.max(firstSequence, lastSequence - AUDITED_APPENDS_MAX + 1);

/** Reads the last acts of the journal's last {@link AUDITED_APPENDS_MAX} appends. */
export function auditOver(
  connection: NatsConnection,
  shard: number,
  reference: Pick<Reference, "all">,
): (limit: number, sinceMicros: number) => Promise<ShownAudit> {
  return async (limit, sinceMicros) => {
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const { state } = await manager.streams.info(journalStream(shard));
    const { first_seq: first, last_seq: last } = state;
    const from = auditedFrom(first, last);
    const { acts, more } = await readLastActs({
      journal: new JournalStream(connection, shard),
      firstSequence: from,
      lastSequence: last,
      limit,
      sinceMicros,
    });
    const results = await resultsOf(connection, shard, acts);
    const names = new ActNames(reference.all(), acts);
    return {
      acts: acts.map((act, index) => shownAct(act, results[index], names)),
      hasMore: more || from > first,
    };
  };
}
