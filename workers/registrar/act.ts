/**
 * What an act is to the registrar: one method of one path, the scope that it needs, and what it does.
 *
 * @module
 */
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
  readonly accountKeys: Pick<AccountKeys, "of" | "note">;
  /** When these keys were last used, as far as it was noted. */
  readonly lastUses: (ids: readonly string[]) => Promise<ReadonlyMap<string, LastUse>>;
  /** Has an administrative command carried out, in the name of the author. */
  readonly send: (
    author: string,
    command: AdministrationCommand,
    idempotencyText: string,
  ) => Promise<CommandReport>;
  /** Whether an account was ever opened. */
  readonly isOpen: (account: number) => Promise<boolean>;
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
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: RegExp;
  readonly scope: Scope;
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
