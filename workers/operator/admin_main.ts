/**
 * `deno task admin`: what an operator does to a market.
 *
 * Exit codes: 0 done, 1 refused or not answered, 2 the command line is not understood.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { AUTHOR_BYTES_MAX, AUTHOR_PATTERN } from "../../core/protocol/frame_author.ts";
import { ConfigError } from "../../infra/config.ts";
import { ACCOUNT_COMMANDS } from "./account_commands.ts";
import { FUNDS_COMMANDS } from "./funds_commands.ts";
import { type AdminCommand, AdminSession, type OptionValues } from "./admin_command.ts";
import { type Options, readCommandLine, UsageError, wholeNumber } from "./command_line.ts";
import { INSTRUMENT_COMMANDS } from "./instrument_commands.ts";
import { ISSUER_COMMANDS } from "./issuer_commands.ts";
import { BAN_COMMANDS } from "./ban_commands.ts";
import { KEY_COMMANDS } from "./key_commands.ts";
import { AUDIT_COMMANDS } from "./audit_commands.ts";
import { JOURNAL_COMMANDS } from "./journal_commands.ts";
import { KILL_COMMANDS } from "./kill_commands.ts";
import { LEAD_COMMANDS } from "./lead_commands.ts";
import { SERVER_COMMANDS } from "./server_commands.ts";
import { TERMS_COMMANDS } from "./terms_commands.ts";

const PROGRAM = "deno task admin";
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const SHARD_MAX = 999;

const COMMANDS: readonly AdminCommand[] = [
  ...INSTRUMENT_COMMANDS,
  ...TERMS_COMMANDS,
  ...ACCOUNT_COMMANDS,
  ...KILL_COMMANDS,
  ...FUNDS_COMMANDS,
  ...BAN_COMMANDS,
  ...KEY_COMMANDS,
  ...ISSUER_COMMANDS,
  ...AUDIT_COMMANDS,
  ...LEAD_COMMANDS,
  ...JOURNAL_COMMANDS,
  ...SERVER_COMMANDS,
];

const SHARED_OPTIONS = {
  data: { type: "string" },
  "nats-url": { type: "string" },
  creds: { type: "string" },
  shard: { type: "string", default: "0" },
  as: { type: "string", default: "operator" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const satisfies Options;

const SHARED_HELP = `Options of every command:
  --data DIR      data directory of the market (default: data in the project's folder)
  --nats-url URL  another broker's WebSocket URL, with --creds; keys need EDGEBOOK_MASTER_KEY then
  --creds FILE    credentials of its admin user
  --shard N       shard (default 0)
  --as NAME       who you are: stands in the journal with what you do (default operator)
  --json          one line of JSON on standard output
  --help          help on the command`;

function helpOnAll(): string {
  const lines = COMMANDS.map(({ words, usage, about }) =>
    `  ${`${words} ${usage.split(" [")[0].split(" --")[0]}`.padEnd(32)} ${about}`
  );
  return `Administers a market: instruments, accounts, funds, keys, halts.

Usage: ${PROGRAM} COMMAND [OPTIONS]

${lines.join("\n")}

${SHARED_HELP}`;
}

function helpOn({ words, usage, about, details = [] }: AdminCommand): string {
  const own = details.length === 0 ? "" : details.map((line) => `  ${line}\n`).join("") + "\n";
  return `Usage: ${PROGRAM} ${words} ${usage}\n\n  ${about}\n\n${own}${SHARED_HELP}`;
}

/** The command that the first words name, and how many words those are. */
function findCommand(words: readonly string[]): AdminCommand {
  const found = COMMANDS.find((command) => {
    const wanted = command.words.split(" ");
    return wanted.every((word, at) => words[at] === word);
  });
  if (found !== undefined) return found;
  const beginning = COMMANDS.filter((command) => command.words.split(" ")[0] === words[0]);
  const known = (beginning.length > 0 ? beginning : COMMANDS).map((command) => command.words);
  throw new UsageError(
    `there is no command ${JSON.stringify(words.slice(0, 2).join(" "))}; there are: ` +
      known.join(", "),
  );
}

/** The words of a command line that may have options of any command before them. */
function wordsOf(args: string[]): string[] {
  const options: Options = Object.assign({}, SHARED_OPTIONS, ...COMMANDS.map((one) => one.options));
  return parseArgs({ args, options, allowPositionals: true, strict: false }).positionals;
}

function authorOf(name: string): string {
  if (AUTHOR_PATTERN.test(name)) return name;
  throw new UsageError(
    `--as ${JSON.stringify(name)} takes 1 to ${AUTHOR_BYTES_MAX} ASCII characters, no blanks`,
  );
}

async function main(args: string[]): Promise<string> {
  const words = wordsOf(args);
  const isHelp = args.includes("--help") || args.includes("-h");
  if (words.length === 0) {
    if (isHelp) return helpOnAll();
    readCommandLine(PROGRAM, args, SHARED_OPTIONS);
    throw new UsageError(`no command; ${PROGRAM} --help lists what there is`);
  }
  const command = findCommand(words);
  if (isHelp) return helpOn(command);
  const called = `${PROGRAM} ${command.words}`;
  const options = { ...command.options, ...SHARED_OPTIONS };
  const { positionals, values } = readCommandLine(called, args, options, true);
  const given = positionals.slice(command.words.split(" ").length);
  if (given.length !== command.values) {
    throw new UsageError(`usage: ${called} ${command.usage}`.trimEnd());
  }
  const { data, "nats-url": natsUrl, creds, shard, as: author, json } = values as OptionValues;
  const session = new AdminSession(
    {
      ...(typeof data === "string" ? { data } : {}),
      ...(typeof natsUrl === "string" ? { natsUrl } : {}),
      ...(typeof creds === "string" ? { creds } : {}),
    },
    wholeNumber("--shard", String(shard), 0, SHARD_MAX),
    authorOf(String(author)),
  );
  try {
    const outcome = await command.run(session, given, values as OptionValues);
    return json === true ? JSON.stringify(outcome.json) : outcome.text;
  } finally {
    await session.close();
  }
}

if (import.meta.main) {
  try {
    console.log(await main(Deno.args));
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    const isUsage = error instanceof UsageError || error instanceof ConfigError;
    Deno.exit(isUsage ? EXIT_USAGE : EXIT_FAILED);
  }
}
