/**
 * `deno task admin keys rotate`: a new key in the place of an old one, both valid for a while.
 *
 * The new key is stored before the old one's end is set: where the program dies between, both are
 * valid, nobody knows the new one's secret, and the same command again makes another one.
 *
 * @module
 */
import { AuditAct } from "../../core/protocol/administration.ts";
import type { KeyRecord, SigningKeyRecord } from "../../infra/keys/key_record.ts";
import { newKey } from "../../infra/keys/new_key.ts";
import type { AdminCommand, AdminSession, OptionValues, Outcome } from "./admin_command.ts";
import { UsageError } from "./command_line.ts";
import { overlapMicrosOf } from "./key_options.ts";
import { keyThere } from "./key_there.ts";
import { ownerOf, timeOf } from "./shown_key.ts";

/** The command. */
export const KEY_ROTATE_COMMANDS: readonly AdminCommand[] = [
  {
    words: "keys rotate",
    usage: "KEY [--overlap 24h | --overlap-hours N]",
    about:
      "makes a key like it and shows its secret, this once; the old one ends after the overlap",
    details: [
      "--overlap TIME     how long both are valid: a number with m, h or d (default 24h)",
      "--overlap-hours N  the same in hours",
      "The new key's secret is shown, this once. It has the account, scopes, kind, tier and addresses of the old one. Where that one",
      "was to end some day, the new one lives as long as it was to.",
    ],
    values: 1,
    options: { overlap: { type: "string" }, "overlap-hours": { type: "string" } },
    run: (session, [key], options) => rotate(session, key, options),
  },
];

async function rotate(session: AdminSession, id: string, options: OptionValues): Promise<Outcome> {
  const overlap = overlapMicrosOf(options);
  const { changes, store } = await session.keys();
  const now = Date.now() * 1_000;
  const old = validThere(id, await store.load(id), now);
  const { account, kind, scopes, tier, addresses } = old;
  const { record, secret } = await newKey({
    kind,
    account,
    scopes,
    tier,
    addresses,
    createdMicros: now,
    expiresMicros: old.expiresMicros === null ? null : now + old.expiresMicros - old.createdMicros,
  });
  await changes.put(record, AuditAct.keyCreate);
  const ended = await changes.change(id, AuditAct.keyRotate, (found) => {
    const key = keyThere(id, found);
    return { ...key, expiresMicros: Math.min(key.expiresMicros ?? Infinity, now + overlap) };
  });
  const oldEndsMicros = keyThere(id, ended).expiresMicros as number;
  return {
    text: `key     ${record.id}\nscopes  ${scopes.join(",")}\n` +
      `takes the place of ${id}, which ends ${timeOf(oldEndsMicros)}\n` +
      `secret, shown this once:\n${secret.trimEnd()}`,
    json: {
      account: ownerOf(record),
      key: record.id,
      secret,
      kind,
      scopes,
      expiresMicros: record.expiresMicros,
      tier,
      addresses,
      replaces: id,
      oldEndsMicros,
    },
  };
}

/** A key that can be used. @throws {UsageError} */
function validThere(id: string, record: KeyRecord | null, now: number): SigningKeyRecord {
  const key = keyThere(id, record);
  const isEnded = key.expiresMicros !== null && key.expiresMicros <= now;
  if (!key.revoked && !isEnded) return key;
  throw new UsageError(
    `key ${id} is ${key.revoked ? "revoked" : "ended"}; make another one: ` +
      `deno task admin keys create ${ownerOf(key)}`,
  );
}
