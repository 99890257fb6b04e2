/**
 * `deno task admin bans ...`: addresses that gateways do not serve.
 *
 * @module
 */
import { AddressRangeError, AddressRanges } from "../../core/auth/address_ranges.ts";
import { AuditAct } from "../../core/protocol/administration.ts";
import {
  type Ban,
  BAN_REASON_LENGTH_MAX,
  listBans,
  storeBan,
} from "../../infra/administration/bans.ts";
import { journalOver } from "../../infra/keys/key_changes.ts";
import {
  type AdminCommand,
  type AdminSession,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";
import { MICROS_PER_HOUR } from "./key_options.ts";

const HOURS_MAX = 8_760;

/** The commands. */
export const BAN_COMMANDS: readonly AdminCommand[] = [
  {
    words: "bans list",
    usage: "",
    about: "banned addresses, and until when",
    values: 0,
    options: {},
    run: list,
  },
  {
    words: "bans add",
    usage: "ADDRESS|RANGE --hours N [--reason TEXT]",
    about: "serves an address or a range no more; gateways know within two seconds",
    details: [
      "--hours N      ends after so many hours",
      "--reason TEXT  for those who read the list; clients are not told",
    ],
    values: 1,
    options: { hours: { type: "string" }, reason: { type: "string", default: "" } },
    run: (session, [range], options) => add(session, range, options),
  },
  {
    words: "bans lift",
    usage: "ADDRESS|RANGE",
    about: "serves it again",
    values: 1,
    options: {},
    run: (session, [range]) => lift(session, range),
  },
];

async function list(session: AdminSession): Promise<Outcome> {
  const bans = await listBans(await session.connection(), Date.now() * 1_000);
  const rows = bans.map(({ range, untilMicros, reason }) => [range, timeOf(untilMicros), reason]);
  return {
    text: bans.length === 0 ? "nobody is banned" : table([["address", "until", "reason"], ...rows]),
    json: { bans },
  };
}

async function add(
  session: AdminSession,
  range: string,
  { hours, reason = "" }: OptionValues,
): Promise<Outcome> {
  if (String(reason).length > BAN_REASON_LENGTH_MAX) {
    throw new UsageError(
      `--reason has ${String(reason).length} characters; at most ${BAN_REASON_LENGTH_MAX}`,
    );
  }
  if (hours === undefined) throw new UsageError(`--hours is missing; 1 to ${HOURS_MAX}`);
  const span = wholeNumber("--hours", String(hours), 1, HOURS_MAX) * MICROS_PER_HOUR;
  const untilMicros = Date.now() * 1_000 + span;
  const ban: Ban = { range: rangeOf(range), untilMicros, reason: String(reason) };
  await store(session, ban, AuditAct.ban);
  return { text: `${range} is banned until ${timeOf(untilMicros)}`, json: ban };
}

async function lift(session: AdminSession, range: string): Promise<Outcome> {
  const bans = await listBans(await session.connection(), Date.now() * 1_000);
  if (bans.every((ban) => ban.range !== range)) {
    const known = bans.map((ban) => ban.range).join(", ") || "nobody";
    throw new UsageError(`${range} is not banned; banned are: ${known}`);
  }
  await store(session, { range, untilMicros: 0, reason: "" }, AuditAct.lift);
  return { text: `${range} is served again`, json: { range, lifted: true } };
}

async function store(
  session: AdminSession,
  ban: Ban,
  act: typeof AuditAct.ban | typeof AuditAct.lift,
): Promise<void> {
  const journal = journalOver(await session.client());
  await storeBan(await session.connection(), journal, ban, act);
}

function rangeOf(text: string): string {
  try {
    AddressRanges.parse([text]);
    return text;
  } catch (error) {
    if (error instanceof AddressRangeError) throw new UsageError(error.message);
    throw error;
  }
}

const timeOf = (micros: number): string => new Date(micros / 1_000).toISOString();
