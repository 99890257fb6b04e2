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

/** Reads the last acts of the journal; where they are rare, a journal is read back to its beginning. */
export function auditOver(
  connection: NatsConnection,
  shard: number,
  reference: Pick<Reference, "all">,
): (limit: number, sinceMicros: number) => Promise<ShownAudit> {
  return async (limit, sinceMicros) => {
    const manager = await connection.jetstreamManager({ checkAPI: false });
    const { state } = await manager.streams.info(journalStream(shard));
    const { acts, more } = await readLastActs({
      journal: new JournalStream(connection, shard),
      firstSequence: state.first_seq,
      lastSequence: state.last_seq,
      limit,
      sinceMicros,
    });
    const results = await resultsOf(connection, shard, acts);
    const names = new ActNames(reference.all(), acts);
    return {
      acts: acts.map((act, index) => shownAct(act, results[index], names)),
      hasMore: more,
    };
  };
}
