/**
 * The registrar: carries out what a client has signed, and what no gateway may do.
 *
 * @module
 */
import * as v from "valibot";
import { AuthCode } from "../../core/auth/auth_code.ts";
import { isIdempotencyKey } from "../../core/auth/idempotency_key.ts";
import { RECV_WINDOW_MILLIS_MAX } from "../../core/auth/recv_window.ts";
import { KEY_ID_PATTERN } from "../../core/auth/signed_headers.ts";
import {
  ACT_BODY_LENGTH_MAX,
  ACT_PATH_LENGTH_MAX,
  type ActAnswer,
  type ActRequest,
  type RegistrarStatus,
} from "../../core/protocol/act.ts";
import { AUTHOR_BYTES_MAX } from "../../core/protocol/frame_author.ts";
import { AdministrationError, NoLeaderError } from "../../infra/administration/errors.ts";
import type { KeyRecord } from "../../infra/keys/key_record.ts";
import { ACCOUNT_ACTS } from "./account_acts.ts";
import { type Act, refusedKind, type RegistrarParts, type VerifiedRequest } from "./act.ts";
import { ADMIN_ACTS } from "./admin_acts.ts";
import { FUNDS_ACTS } from "./funds_acts.ts";
import { INSTRUMENT_ACTS } from "./instrument_acts.ts";
import { KEY_ACTS } from "./key_acts.ts";
import { TERMS_ACTS } from "./terms_acts.ts";
import { TRANSFER_ACTS } from "./transfer_act.ts";
import { verifyRequest } from "./verify_request.ts";

/** Everything that the registrar does. */
export const ACTS: readonly Act[] = [
  ...KEY_ACTS,
  ...ADMIN_ACTS,
  ...ACCOUNT_ACTS,
  ...FUNDS_ACTS,
  ...INSTRUMENT_ACTS,
  ...TERMS_ACTS,
  ...TRANSFER_ACTS,
];

/** Whose acts go one behind the other with all of the operator's. */
const OPERATOR = 0;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const REQUEST = v.strictObject({
  keyId: v.pipe(v.string(), v.regex(KEY_ID_PATTERN)),
  timestampMillis: whole,
  recvWindowMillis: v.pipe(whole, v.maxValue(RECV_WINDOW_MILLIS_MAX)),
  signature: v.pipe(v.string(), v.maxLength(128)),
  idempotencyKey: v.nullable(v.pipe(v.string(), v.check(isIdempotencyKey))),
  method: v.picklist(["GET", "HEAD", "POST", "PATCH", "DELETE"]),
  pathWithQuery: v.pipe(v.string(), v.maxLength(ACT_PATH_LENGTH_MAX)),
  body: v.pipe(v.string(), v.maxLength(ACT_BODY_LENGTH_MAX)),
});

/** See ACT_PROBE. */
const PROBE = v.strictObject({ probe: v.literal(true) });

/**
 * Carries out requests; those of one account that change something one behind the other, and all of
 * the operator's.
 */
export class Registrar {
  readonly #parts: RegistrarParts;
  /** By account, the last change that is under way. */
  readonly #changes = new Map<number, Promise<unknown>>();

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
  }

  /** What becomes of a request; `null` of one that no gateway of this version sends. */
  async carryOut(json: unknown): Promise<ActAnswer | null> {
    if (v.is(PROBE, json)) {
      const { unreadableCount: unreadableKeys } = this.#parts.accountKeys;
      return { status: 200, body: { unreadableKeys } satisfies RegistrarStatus };
    }
    const parsed = v.safeParse(REQUEST, json);
    if (!parsed.success) return null;
    const request: ActRequest = parsed.output;
    const [path, query = ""] = splitAt(request.pathWithQuery, "?");
    const method = request.method === "HEAD" ? "GET" : request.method;
    const act = ACTS.find((one) => one.method === method && one.path.test(path));
    if (act === undefined) return { refused: "unknownAct" };
    const { load, nowMicros, onError } = this.#parts;
    let record: KeyRecord | null;
    try {
      record = await load(request.keyId);
    } catch (error) {
      // The broker does not answer, or the record does not open: nothing has been done yet.
      onError(error instanceof Error ? error : new Error(String(error)));
      return { refused: AuthCode.keysUnavailable };
    }
    const key = verifyRequest(request, record, act.scope, nowMicros());
    if ("refused" in key) return key;
    const weighty = act.isWeighty === true ? refusedKind({ key, parts: this.#parts }) : null;
    if (weighty !== null) return weighty;
    const [, ...named] = act.path.exec(path) ?? [];
    const verified = {
      parts: this.#parts,
      request,
      key,
      author: `key:${key.id}`.slice(0, AUTHOR_BYTES_MAX),
      once: `act ${key.id} ${request.idempotencyKey ?? request.signature}`,
      named,
      query: new URLSearchParams(query),
    };
    return await this.#run(act, verified);
  }

  async #run(act: Act, verified: VerifiedRequest): Promise<ActAnswer> {
    const account = act.scope === "admin" ? OPERATOR : verified.key.account;
    const before = act.method === "GET" ? undefined : this.#changes.get(account);
    const done = (async () => {
      await before;
      return await attempt(act, verified);
    })();
    if (act.method === "GET") return await done;
    const over = done.then(() => {}, () => {}).then(() => {
      if (this.#changes.get(account) === over) this.#changes.delete(account);
    });
    this.#changes.set(account, over);
    return await done;
  }
}

/** What the core refuses is an answer; whatever else goes wrong is thrown. */
async function attempt(act: Act, verified: VerifiedRequest): Promise<ActAnswer> {
  try {
    return await act.run(verified);
  } catch (error) {
    if (error instanceof NoLeaderError) return { refused: "leaderUnavailable" };
    if (!(error instanceof AdministrationError)) throw error;
    const { code, limit, value } = error;
    const isPlain = limit === 0 && value === 0;
    return { refused: code, ...(isPlain ? {} : { limit: String(limit), value: String(value) }) };
  }
}

function splitAt(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
