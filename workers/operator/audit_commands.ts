/**
 * `deno task admin audit`: every administrative act, as the journal has it.
 *
 * @module
 */
import { journalStream } from "../../core/protocol/subjects.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import { resultsOf } from "../../infra/journal/act_results.ts";
import { readLastActs } from "../../infra/journal/administrative_acts.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { PROGRESS_MILLIS } from "../../infra/provision/progress.ts";
import {
  type AdminCommand,
  type AdminSession,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";
import { ActNames, shownAct } from "./shown_act.ts";

/** Acts that are shown at most. */
export const AUDIT_LIMIT_MAX = 100_000;
const AUDIT_LIMIT = 100;
const AGE_MICROS: Readonly<Record<string, number>> = {
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/** The command. */
export const AUDIT_COMMANDS: readonly AdminCommand[] = [
  {
    words: "audit",
    usage: "[--since TIME] [--limit N]",
    about:
      "every administrative act in the journal, the newest last: who, what, and what came of it",
    details: [
      "--since TIME  from then on: a time such as 2026-01-31T12:00:00Z, or an age such as 90m, 24h, 7d",
      `--limit N     the last N acts (default ${AUDIT_LIMIT}, at most ${AUDIT_LIMIT_MAX})`,
      "Changes of keys stand here before they are made: an act whose program died right behind it has",
      "an entry and no effect. Its digest is that of no record then; keys show has the present one.",
    ],
    values: 0,
    options: {
      since: { type: "string" },
      limit: { type: "string", default: String(AUDIT_LIMIT) },
    },
    run: (session, _values, options) => audit(session, options),
  },
];

async function audit(session: AdminSession, options: OptionValues): Promise<Outcome> {
  const limit = wholeNumber("--limit", String(options.limit), 1, AUDIT_LIMIT_MAX);
  const sinceMicros = sinceOf(options, Date.now() * 1_000);
  const connection = await session.connection();
  const { shard } = session;
  const journal = new JournalStream(connection, shard);
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(journalStream(shard));
  let saidAt = performance.now();
  const { acts, more } = await readLastActs({
    journal,
    firstSequence: state.first_seq,
    lastSequence: state.last_seq,
    limit,
    sinceMicros,
    progress: (sequence) => {
      if (performance.now() - saidAt < PROGRESS_MILLIS) return;
      saidAt = performance.now();
      console.error(`read back to append ${sequence} of ${state.last_seq}`);
    },
  });
  const results = await resultsOf(connection, shard, acts);
  const names = new ActNames(await readInstruments(connection), acts);
  const shown = acts.map((act, index) => shownAct(act, results[index], names));
  const rows = shown.map((one) => [
    one.time,
    one.by === "" ? "-" : one.by,
    one.act,
    one.subject,
    one.details,
    one.reason === null ? one.result : `${one.result}, ${one.reason}`,
  ]);
  const notes = [
    ...(more ? [`there may be more before; --limit N shows more than ${limit}`] : []),
    ...(state.first_seq > 1 ? ["the journal was trimmed: what was before is gone"] : []),
  ];
  const head = ["time", "by", "act", "subject", "details", "result"];
  return {
    text: [table([head, ...rows]), ...notes].join("\n"),
    json: { acts: shown, more, firstAppend: String(state.first_seq) },
  };
}

/** From when on, in microseconds; 0: all. @throws {UsageError} */
export function sinceOf({ since }: OptionValues, nowMicros: number): number {
  if (typeof since !== "string") return 0;
  const [, number = "", unit = ""] = /^(\d{1,6})([mhd])$/.exec(since) ?? [];
  if (number !== "") return nowMicros - Number(number) * AGE_MICROS[unit];
  const millis = /^\d{4}-\d\d-\d\d/.test(since) ? Date.parse(since) : NaN;
  if (millis >= 0) return millis * 1_000;
  throw new UsageError(
    `--since ${JSON.stringify(since)} is not allowed; it takes a time such as ` +
      "2026-01-31T12:00:00Z, or an age such as 90m, 24h or 7d",
  );
}
