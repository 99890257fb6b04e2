/**
 * Answers on `repair.<shard>`: a part of the drop copy once more, out of the stored history.
 *
 * @module
 */
import type { Msg, NatsConnection, Subscription } from "nats.ws";
import { type CopyContext, copyEntry } from "../../core/history/copy_entry.ts";
import {
  type CopyEntry,
  DROP_COPY_ENTRIES_MAX,
  type DropCopy,
  type RepairQuery,
} from "../../core/protocol/drop_copy.ts";
import type { QueryError } from "../../core/protocol/queries.ts";
import { repairSubject } from "../../core/protocol/subjects.ts";
import { isInbox } from "../../infra/nats/inbox.ts";
import type { CopiedPages } from "./copied_pages.ts";
import { parseRepairQuery } from "./query_schema.ts";

/** An answer to a repair query. */
export type RepairAnswer = DropCopy | QueryError;

/** What the service asks the projection. */
export interface RepairTarget {
  /** Whether history has caught up with the stream since it was opened. */
  readonly isReady: boolean;
  /** Last event that history reflects. */
  readonly eventSequence: number;
  /** Answers as of {@link eventSequence}. */
  repair(query: RepairQuery): RepairAnswer;
}

/** The part of the drop copy that is asked for, or that terms are not known yet. */
export function answerRepair(
  pages: CopiedPages,
  context: CopyContext,
  shard: number,
  query: RepairQuery,
): RepairAnswer {
  const { afterSequence, limit = DROP_COPY_ENTRIES_MAX, toSequence = Infinity } = query;
  const { reports, sequence } = pages.page(afterSequence, toSequence, limit);
  const entries: CopyEntry[] = [];
  for (const report of reports) {
    const entry = copyEntry(report, context);
    if (entry === null) {
      const detail =
        `the terms of an instrument of event ${report.eventSequence} are not known yet`;
      return { error: "starting", detail, sequence: afterSequence };
    }
    entries.push(entry);
  }
  return { shard, prevSequence: afterSequence, sequence, entries };
}

/** Answers until it is stopped. */
export class RepairService {
  readonly #target: RepairTarget;
  readonly #subscription: Subscription;

  constructor(connection: NatsConnection, shard: number, target: RepairTarget) {
    this.#target = target;
    this.#subscription = connection.subscribe(repairSubject(shard), {
      callback: (error, message) => {
        if (error === null && isInbox(message.reply)) this.#take(message);
      },
    });
  }

  /** Takes no more queries. */
  stop(): void {
    this.#subscription.unsubscribe();
  }

  #take(message: Msg): void {
    message.respond(JSON.stringify(this.#answer(message.data)));
  }

  #answer(payload: Uint8Array): RepairAnswer {
    const { eventSequence: sequence, isReady } = this.#target;
    const query = parseRepairQuery(payload);
    if (typeof query === "string") return { error: "malformed", detail: query, sequence };
    if (isReady) return this.#target.repair(query);
    return { error: "starting", detail: "history is reading the events stream", sequence };
  }
}
