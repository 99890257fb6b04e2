/**
 * `deno task admin keys ...`: API keys, sealed in the broker. Every change stands in the journal
 * first, see `deno task admin audit`.
 *
 * @module
 */
import { AuditAct } from "../../core/protocol/administration.ts";
import { sealedDigest } from "../../infra/keys/key_changes.ts";
import { isSigningKey, type KeyRecord, SCOPES } from "../../infra/keys/key_record.ts";
import { readLastUse, readLastUses } from "../../infra/keys/last_use.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import {
  accountOf,
  type AdminCommand,
  type AdminSession,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError } from "./command_line.ts";
import { ADDRESSES_HELP, endOf, rangesOf, scopesOf, TIER_HELP, tierOf } from "./key_options.ts";
import { keyThere } from "./key_there.ts";
import { KEY_MASTER_COMMANDS } from "./key_master_commands.ts";
import { KEY_ROTATE_COMMANDS } from "./key_rotate_commands.ts";
import {
  addressesShown,
  OPERATOR,
  ownerOf,
  shownKey,
  stateOf,
  timeOf,
  USE_NOTE,
  useOf,
} from "./shown_key.ts";

/** The commands. */
export const KEY_COMMANDS: readonly AdminCommand[] = [
  {
    words: "keys list",
    usage: "[--account N]",
    about: "every API key, without its secret, and when it was last used",
    details: ["--account N  those of one account"],
    values: 0,
    options: { account: { type: "string" } },
    run: (session, _values, options) => list(session, options),
  },
  {
    words: "keys show",
    usage: "KEY",
    about: "one key, without its secret, and when it was last used",
    values: 1,
    options: {},
    run: (session, [key]) => show(session, key),
  },
  {
    words: "keys create",
    usage: "ACCOUNT|admin [--scopes read,trade] [--kind hmac|ed25519] [--days N] [--tier NAME] " +
      "[--addresses LIST]",
    about: "makes a key and shows its secret, this once",
    details: [
      `--scopes LIST     what it may be used for: ${
        SCOPES.join(", ")
      } (default read,trade; of admin: admin)`,
      "--kind KIND       hmac: a shared secret; ed25519: a private key that only you have (default hmac)",
      "--days N          ends after so many days (default never)",
      TIER_HELP,
      ADDRESSES_HELP,
    ],
    values: 1,
    options: {
      scopes: { type: "string" },
      kind: { type: "string", default: "hmac" },
      days: { type: "string" },
      tier: { type: "string" },
      addresses: { type: "string" },
    },
    run: (session, [account], options) => create(session, account, options),
  },
  {
    words: "keys change",
    usage: "KEY [--addresses LIST|any] [--tier NAME|none] [--days N|never]",
    about: "changes a key's addresses, tier or end; gateways see it at once",
    details: [
      "--addresses LIST  addresses and ranges it may be used from, with commas; any: from anywhere",
      "--tier NAME       set of limits that applies; none: the deployment's own",
      "--days N          ends so many days from now; never: it does not",
    ],
    values: 1,
    options: {
      addresses: { type: "string" },
      tier: { type: "string" },
      days: { type: "string" },
    },
    run: (session, [key], options) => change(session, key, options),
  },
  ...KEY_ROTATE_COMMANDS,
  {
    words: "keys revoke",
    usage: "KEY",
    about: "ends a key for ever; gateways see it at once, two seconds later at most",
    values: 1,
    options: {},
    run: (session, [key]) => revoke(session, key),
  },
  ...KEY_MASTER_COMMANDS,
];

const nowMicros = (): number => Date.now() * 1_000;

async function list(session: AdminSession, { account }: OptionValues): Promise<Outcome> {
  const only = typeof account === "string" ? accountOf(account) : null;
  const { store } = await session.keys();
  const { damaged, records, truncated } = await store.list();
  const uses = await readLastUses(await session.connection());
  const keys = records.filter((record) =>
    isSigningKey(record) && (only === null || record.account === only)
  );
  const now = nowMicros();
  const rows = keys.map((key) => [
    key.id,
    ownerOf(key),
    key.kind,
    key.scopes.join(","),
    key.tier ?? "-",
    addressesShown(key.addresses),
    timeOf(key.createdMicros),
    stateOf(key, now),
    useOf(uses.get(key.id) ?? null, now),
  ]);
  const notes = [
    ...damaged.map((id) => `${id} does not open: damaged, or sealed under another master key`),
    ...(truncated ? ["there are more"] : []),
    USE_NOTE,
  ];
  const head = ["key", "account", "kind", "scopes", "tier", "addresses", "created", "state", "use"];
  return {
    text: [table([head, ...rows]), ...notes].join("\n"),
    json: {
      keys: keys.map((key) => shownKey(key, uses.get(key.id) ?? null)),
      damaged,
      truncated,
    },
  };
}

async function show(session: AdminSession, id: string): Promise<Outcome> {
  const { store } = await session.keys();
  const stored = await store.read(id);
  const key = keyThere(id, stored?.record ?? null);
  const use = await readLastUse(await session.connection(), id);
  const digest = stored === null ? "" : sealedDigest(stored.sealed).toHex();
  const now = nowMicros();
  const text = table([
    ["key", key.id],
    ["account", ownerOf(key)],
    ["kind", key.kind],
    ["scopes", key.scopes.join(",")],
    ["tier", key.tier ?? "none"],
    ["addresses", addressesShown(key.addresses)],
    ["created", timeOf(key.createdMicros)],
    ["state", stateOf(key, now)],
    ["use", useOf(use, now)],
    ["digest", `${digest}, as the journal has it of the last change`],
  ]);
  return { text: `${text}\n${USE_NOTE}`, json: { ...shownKey(key, use), digest } };
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
  const scopes = scopesOf(options.scopes ?? (isOperator ? "admin" : "read,trade"));
  // An account number comes with every trade; a key without one cannot have any.
  if (isOperator && scopes.some((scope) => scope === "read" || scope === "trade")) {
    throw new UsageError("--scopes of the operator's key take admin and keys: it has no account");
  }
  const now = nowMicros();
  const { record, secret } = await newKey({
    kind,
    account: isOperator ? OPERATOR : accountOf(account),
    scopes,
    createdMicros: now,
    expiresMicros: endOf(options, now),
    tier: tierOf(options),
    addresses: rangesOf(options),
  });
  const { changes } = await session.keys();
  await changes.put(record, AuditAct.keyCreate);
  const { id, expiresMicros, tier, addresses } = record;
  return {
    text: `key     ${id}\nscopes  ${scopes.join(",")}\n` +
      `secret, shown this once:\n${secret.trimEnd()}`,
    json: { account, key: id, secret, kind, scopes, expiresMicros, tier, addresses },
  };
}

async function change(session: AdminSession, id: string, options: OptionValues): Promise<Outcome> {
  const { addresses, days, tier } = options;
  if (addresses === undefined && days === undefined && tier === undefined) {
    throw new UsageError("nothing to change; say --addresses, --tier or --days");
  }
  const now = nowMicros();
  const changed: Partial<Pick<KeyRecord, "addresses" | "expiresMicros" | "tier">> = {
    ...(addresses === undefined ? {} : { addresses: rangesOf(options) }),
    ...(tier === undefined ? {} : { tier: tierOf(options) }),
    ...(days === undefined ? {} : { expiresMicros: endOf(options, now) }),
  };
  const { changes } = await session.keys();
  const record = await changes.change(id, AuditAct.keyChange, (found) => {
    const key = keyThere(id, found);
    if (key.revoked) throw new UsageError(`key ${id} is revoked, for ever; make another one`);
    return { ...key, ...changed };
  });
  const key = keyThere(id, record);
  return {
    text: `${id}: tier ${key.tier ?? "none"}, addresses ${addressesShown(key.addresses)}, ` +
      stateOf(key, now),
    json: shownKey(key, null),
  };
}

async function revoke(session: AdminSession, id: string): Promise<Outcome> {
  const { changes } = await session.keys();
  const record = await changes.change(id, AuditAct.keyRevoke, (found) => {
    const key = keyThere(id, found);
    return key.revoked ? null : { ...key, revoked: true };
  });
  keyThere(id, record);
  return { text: `${id} is revoked`, json: { key: id, revoked: true } };
}
