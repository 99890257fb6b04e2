/**
 * What an act is to the registrar: one method of one path, the scope that it needs, and what it does.
 *
 * @module
 */
import { ACCOUNTS_MAX } from "../../core/matching/accounts.ts";
import type { AccountAnswer } from "../../core/protocol/account_queries.ts";
import type { ActAnswer, ActRefusal, ActRequest } from "../../core/protocol/act.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import type { AdministrationCommand } from "../../infra/administration/administration_command.ts";
import type { KeyChanges } from "../../infra/keys/key_changes.ts";
import type { LastUse } from "../../infra/keys/last_use.ts";
import type { KeyRecord, Scope } from "../../infra/keys/key_record.ts";
import type { Reference } from "../../infra/reference/reference.ts";
import type { AccountKeys } from "./account_keys.ts";
import type { ShownAudit } from "./audit_act.ts";

/** What the registrar works with. */
export interface RegistrarParts {
  /** Reads one key from the bucket. */
  readonly load: (id: string) => Promise<KeyRecord | null>;
  /** Changes keys, in the name of the author. */
  readonly changes: (author: string) => Pick<KeyChanges, "create" | "change">;
  readonly accountKeys: Pick<AccountKeys, "of" | "note" | "unreadableCount">;
  /** When these keys were last used, as far as it was noted. */
  readonly lastUses: (ids: readonly string[]) => Promise<ReadonlyMap<string, LastUse>>;
  /** Has an administrative command carried out, in the name of the author. */
  readonly send: (
    author: string,
    command: AdministrationCommand,
    idempotencyText: string,
  ) => Promise<CommandReport>;
  /** What an account is, by the leader. */
  readonly account: (account: number) => Promise<AccountAnswer>;
  /**
   * Whether keys with a secret are enough to make money and markets of ({@link Act.isWeighty}). A
   * gateway has to open their secrets, so one that was taken over can sign in their name.
   */
  readonly trustsSecrets: boolean;
  readonly reference: Pick<Reference, "all" | "bySymbol">;
  /** The last administrative acts of the journal. */
  readonly audit: (limit: number, sinceMicros: number) => Promise<ShownAudit>;
  readonly nowMicros: () => number;
  /** Told of what went wrong here. */
  readonly onError: (error: Error) => void;
}

/** One verified request. */
export interface VerifiedRequest {
  readonly parts: RegistrarParts;
  readonly request: ActRequest;
  /** The key that has signed it. */
  readonly key: KeyRecord;
  /** By which the journal knows who it was. */
  readonly author: string;
  /** Names this very request: the same text again is a repeat. */
  readonly once: string;
  /** What the pattern of the path has found. */
  readonly named: readonly string[];
  readonly query: URLSearchParams;
}

/** One act. */
export interface Act {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: RegExp;
  readonly scope: Scope;
  /** What it does outlasts its undoing: money is made, moved or given a way out. */
  readonly isWeighty?: boolean;
  readonly run: (verified: VerifiedRequest) => Promise<ActAnswer>;
}

/** A field of a body or a query that is refused. */
export function invalid(
  refused: "invalidField" | "invalidParameter",
  field: string,
  limit: string,
  value: string,
): ActRefusal {
  return { refused, field, limit, value, detail: `${field} is not valid.` };
}

/** One that keys with a secret may not ask for, where those are not trusted with it. */
export function refusedKind(
  { key, parts }: Pick<VerifiedRequest, "key" | "parts">,
): ActRefusal | null {
  if (parts.trustsSecrets || key.kind === "ed25519") return null;
  return { refused: "keyKindRefused", limit: "ed25519", value: key.kind };
}

/** Part of a path: the number of an account. */
export const ACCOUNT_PART = "([1-9]\\d{0,9})";

/** An account that may be one; whether it was opened the core knows. */
export function accountOf(
  text: string,
  refused: "invalidField" | "invalidParameter" = "invalidParameter",
): number | ActRefusal {
  const account = Number(text);
  if (account < ACCOUNTS_MAX) return account;
  return invalid(refused, "account", `from 1 to ${ACCOUNTS_MAX - 1}`, text);
}

/** When the log has it. */
export const doneOf = ({ isDuplicate, sequence, stampMicros }: CommandReport) => ({
  sequence: String(sequence),
  transactTimeMicros: stampMicros,
  duplicate: isDuplicate,
});
