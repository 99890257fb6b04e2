/**
 * `deno task admin keys ...`: API keys, sealed in the broker.
 *
 * @module
 */
import { type KeySummary, type Scope, SCOPES } from "../../infra/keys/key_record.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import {
  accountOf,
  type AdminCommand,
  type AdminSession,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";

/** The operator acts for no account. */
const OPERATOR = 0;
const DAYS_MAX = 3_650;
const MICROS_PER_DAY = 86_400_000_000;

/** The commands. */
export const KEY_COMMANDS: readonly AdminCommand[] = [
  {
    words: "keys list",
    usage: "",
    about: "every API key, without its secret",
    values: 0,
    options: {},
    run: list,
  },
  {
    words: "keys create",
    usage: "ACCOUNT|admin [--scopes read,trade] [--kind hmac|ed25519] [--days N]",
    about: "makes a key and shows its secret, this once",
    details: [
      `--scopes LIST  what it may be used for: ${
        SCOPES.join(", ")
      } (default read,trade; of admin: admin)`,
      "--kind KIND    hmac: a shared secret; ed25519: a private key that only you have (default hmac)",
      "--days N       ends after so many days (default never)",
    ],
    values: 1,
    options: {
      scopes: { type: "string" },
      kind: { type: "string", default: "hmac" },
      days: { type: "string" },
    },
    run: (session, [account], options) => create(session, account, options),
  },
  {
    words: "keys revoke",
    usage: "KEY",
    about: "ends a key for ever; gateways see it within two seconds",
    values: 1,
    options: {},
    run: (session, [key]) => revoke(session, key),
  },
];

const open = async (session: AdminSession): Promise<KeyStore> =>
  await KeyStore.open(await session.connection(), await session.masterKey());

async function list(session: AdminSession): Promise<Outcome> {
  const { keys, damaged, truncated } = await (await open(session)).list();
  const rows = keys.map((key) => [
    key.id,
    ownerOf(key),
    key.kind,
    key.scopes.join(","),
    new Date(key.createdMicros / 1_000).toISOString(),
    key.revoked ? "revoked" : key.expiresMicros === null ? "valid" : endOf(key.expiresMicros),
  ]);
  const notes = [
    ...damaged.map((id) => `${id} does not open: damaged, or sealed under another master key`),
    ...(truncated ? ["there are more"] : []),
  ];
  const head = ["key", "account", "kind", "scopes", "created", "state"];
  return {
    text: [table([head, ...rows]), ...notes].join("\n"),
    json: { keys: keys.map((key) => ({ ...key, account: ownerOf(key) })), damaged, truncated },
  };
}

async function create(
  session: AdminSession,
  account: string,
  options: OptionValues,
): Promise<Outcome> {
  const isOperator = account === "admin";
  const { kind } = options;
  if (kind !== "hmac" && kind !== "ed25519") {
    throw new UsageError(`--kind ${kind} is not allowed; it takes hmac or ed25519`);
  }
  const nowMicros = Date.now() * 1_000;
  const days = options.days === undefined
    ? null
    : wholeNumber("--days", String(options.days), 1, DAYS_MAX);
  const { record, secret } = await newKey({
    kind,
    account: isOperator ? OPERATOR : accountOf(account),
    scopes: scopesOf(options.scopes ?? (isOperator ? "admin" : "read,trade"), isOperator),
    createdMicros: nowMicros,
    expiresMicros: days === null ? null : nowMicros + days * MICROS_PER_DAY,
  });
  await (await open(session)).put(record);
  const { id, scopes } = record;
  return {
    text: `key     ${id}\nscopes  ${scopes.join(",")}\n` +
      `secret, shown this once:\n${secret.trimEnd()}`,
    json: { account, key: id, secret, kind, scopes, expiresMicros: record.expiresMicros },
  };
}

async function revoke(session: AdminSession, key: string): Promise<Outcome> {
  if (!await (await open(session)).revoke(key)) {
    throw new UsageError(`there is no key ${key}; deno task admin keys list shows what there is`);
  }
  return { text: `${key} is revoked`, json: { key, revoked: true } };
}

function scopesOf(list: string | boolean, isOperator: boolean): Scope[] {
  const names = String(list).split(",").filter(Boolean);
  const scopes = SCOPES.filter((scope) => names.includes(scope));
  if (names.length === 0 || scopes.length !== new Set(names).size) {
    throw new UsageError(`--scopes ${list} is not allowed; it takes some of ${SCOPES.join(",")}`);
  }
  // An account number comes with every trade; a key without one cannot have any.
  if (isOperator && scopes.some((scope) => scope !== "admin")) {
    throw new UsageError("--scopes of the operator's key take admin alone: it has no account");
  }
  return scopes;
}

const ownerOf = (key: KeySummary): string =>
  key.account === OPERATOR ? "admin" : String(key.account);
const endOf = (micros: number): string =>
  `until ${new Date(Math.min(micros / 1_000, 8.64e15)).toISOString()}`;
