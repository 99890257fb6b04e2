/**
 * The registrar over keys and an exchange in memory: its acts are the ones that run in earnest.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ACT_PROBE,
  type ActAnswer,
  type ActRequest,
  type RegistrarStatus,
} from "../../core/protocol/act.ts";
import type { AuditAct } from "../../core/protocol/administration.ts";
import type { AdministrationCommand } from "../../infra/administration/administration_command.ts";
import type { LastUse } from "../../infra/keys/last_use.ts";
import type { KeyRecord } from "../../infra/keys/key_record.ts";
import { type Acts, ActUnansweredError } from "../../infra/registrar/nats_acts.ts";
import { AccountKeys } from "../../workers/registrar/account_keys.ts";
import type { RegistrarParts } from "../../workers/registrar/act.ts";
import { Registrar } from "../../workers/registrar/registrar.ts";
import type { MemoryExchange } from "./memory_exchange.ts";

/** What a change of a key was journaled as. */
export interface JournaledChange {
  readonly author: string;
  readonly act: AuditAct;
  readonly id: string;
}

/** A registrar in this process. */
export class MemoryActs implements Acts {
  readonly records = new Map<string, KeyRecord>();
  readonly accountKeys = new AccountKeys();
  readonly lastUses = new Map<string, LastUse>();
  hasLastUses = true;
  readonly changes: JournaledChange[] = [];
  /** What went wrong. */
  readonly errors: string[] = [];
  /** Whether the bucket answers. */
  hasBucket = true;
  readonly sent: { author: string; command: AdministrationCommand; once: string }[] = [];
  /** Requests as they came from the gateway. */
  readonly requests: ActRequest[] = [];
  /** Whether HMAC keys may do what is weighty. */
  trustsSecrets = true;
  trouble: "none" | "unanswered" | "nobody" = "none";
  readonly registrar: Registrar;

  /** @param changed is told of a key that was changed, as gateways are */
  constructor(
    readonly exchange: MemoryExchange,
    readonly nowMicros: () => number,
    readonly changed: (record: KeyRecord) => void,
  ) {
    this.registrar = new Registrar(this.#parts());
  }

  async carryOut(request: ActRequest): Promise<ActAnswer> {
    this.requests.push(request);
    if (this.trouble === "nobody") throw new ActUnansweredError(false, "nobody is there");
    // What comes in is what went over the wire.
    const answer = await this.registrar.carryOut(JSON.parse(JSON.stringify(request)));
    if (this.trouble === "unanswered") throw new ActUnansweredError(true, "no answer in time");
    assert.ok(answer !== null, "the gateway has sent what the registrar does not take");
    return JSON.parse(JSON.stringify(answer));
  }

  async probe(): Promise<RegistrarStatus> {
    if (this.trouble !== "none") throw new ActUnansweredError(false, "nobody is there");
    const answer = await this.registrar.carryOut(ACT_PROBE);
    assert.ok(answer !== null && "body" in answer);
    return answer.body as RegistrarStatus;
  }

  /** Stores a record, as if it had been there. */
  put(record: KeyRecord): void {
    this.records.set(record.id, record);
    this.accountKeys.note(record);
    this.changed(record);
  }

  #parts(): RegistrarParts {
    const { exchange } = this;
    const isTrusting = () => this.trustsSecrets;
    const write = (author: string, record: KeyRecord, act: AuditAct): void => {
      this.changes.push({ author, act, id: record.id });
      this.put(record);
    };
    return {
      load: (id) =>
        this.hasBucket
          ? Promise.resolve(this.records.get(id) ?? null)
          : Promise.reject(new Error("the bucket does not answer")),
      changes: (author) => ({
        create: (record, act) => {
          const isNew = !this.records.has(record.id);
          if (isNew) write(author, record, act);
          return Promise.resolve(isNew);
        },
        change: (id, act, change) => {
          const record = this.records.get(id);
          if (record === undefined) return Promise.resolve(null);
          const changed = change(record);
          if (changed !== null) write(author, changed, act);
          return Promise.resolve(changed ?? record);
        },
      }),
      accountKeys: this.accountKeys,
      lastUses: () =>
        this.hasLastUses
          ? Promise.resolve(this.lastUses)
          : Promise.reject(new Error("the notes cannot be read")),
      // Not in the turn in which it is asked for.
      send: async (author, command, once) => {
        await Promise.resolve();
        this.sent.push({ author, command, once });
        return exchange.administer(command, once);
      },
      account: (account) => exchange.queries.leader({ kind: "account", account }),
      get trustsSecrets() {
        return isTrusting();
      },
      reference: exchange.reference,
      audit: (limit, sinceMicros) =>
        Promise.resolve({ acts: [], hasMore: limit === 1 && sinceMicros === 0 }),
      nowMicros: this.nowMicros,
      onError: (error) => this.errors.push(error.message),
    };
  }
}
