/**
 * One request on its way through the gateway, and what each step has found out about it.
 *
 * @module
 */
import type { Context } from "hono";
import type { BearerHeaders } from "../core/auth/bearer_headers.ts";
import type { SignedHeaders } from "../core/auth/signed_headers.ts";
import type { AdmissionRequest } from "../core/limits/admission.ts";
import type { Decision } from "../core/limits/decision.ts";
import type { AppDeps, Backend } from "./gateway.ts";
import type { Identity } from "./identity.ts";
import { type Preferences, readPreferences } from "./preferences.ts";

/** There is no backend yet, or none any more. */
export class NoBackendError extends Error {
  override readonly name = "NoBackendError";
  constructor() {
    super("the gateway is not connected");
  }
}

/** The state of one request. Each field is written by one middleware, and read by those behind. */
export class Exchange {
  /** When it came in, in microseconds since the epoch. */
  readonly nowMicros: number;
  /** The same by the clock that never goes back: for how long something takes. */
  readonly startedMicros: number;
  /** Path and query as they stood in the request line. */
  readonly pathWithQuery: string;
  /** By middleware/client_address.ts. */
  address = "";
  /** What was signed: the text of the body, or the digest of its bytes. Empty without a body. */
  body = "";
  /** The body where it is bytes. */
  bytes: Uint8Array<ArrayBuffer> | null = null;
  /** What the endpoint has read of the body to say what it costs. */
  work: unknown = null;
  /** By middleware/admit.ts. */
  decision: Decision | null = null;
  /** By middleware/admit.ts: what was charged for it. */
  charged: AdmissionRequest | null = null;
  /** Who says that the request is his, by middleware/authenticate.ts; not verified. */
  credentials: SignedHeaders | BearerHeaders | null = null;
  #identity: Identity | null = null;
  #preferences: Preferences | null = null;

  constructor(readonly deps: AppDeps, readonly context: Context, readonly requestId: string) {
    this.nowMicros = deps.nowMicros();
    this.startedMicros = deps.steadyMicros();
    const { url } = context.req;
    this.pathWithQuery = url.slice(url.indexOf("/", url.indexOf(":") + 4));
  }

  /** Value of a header field. */
  header(name: string): string | null {
    return this.context.req.raw.headers.get(name);
  }

  /** What the client would like, read when somebody asks. */
  get preferences(): Preferences {
    return this.#preferences ??= readPreferences(this.header("prefer"));
  }

  /** @throws {NoBackendError} */
  get backend(): Backend {
    const backend = this.deps.backend();
    if (backend === null) throw new NoBackendError();
    return backend;
  }

  /** Whom the request is from, once middleware/authenticate.ts has verified it. */
  get identity(): Identity {
    if (this.#identity === null) throw new TypeError("the request was not authenticated");
    return this.#identity;
  }

  /** Keeps whom the request is from, and notes the use of what vouches for it. */
  authenticate(identity: Identity): void {
    this.#identity = identity;
    this.deps.backend()?.keyUses.note(identity.keyId, this.address, this.nowMicros);
  }

  /** Path parameter, decoded. */
  parameter(name: string): string {
    return this.context.req.param(name) ?? "";
  }

  /** Query part of the URL, without its question mark. */
  get query(): string {
    const at = this.pathWithQuery.indexOf("?");
    return at < 0 ? "" : this.pathWithQuery.slice(at + 1);
  }
}
