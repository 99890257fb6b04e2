/**
 * One request on its way through the gateway, and what each step has found out about it.
 *
 * @module
 */
import type { Context } from "hono";
import type { SignedHeaders } from "../core/auth/signed_headers.ts";
import type { AdmissionRequest } from "../core/limits/admission.ts";
import type { Decision } from "../core/limits/decision.ts";
import type { VerifyingKey } from "../infra/keys/verify_signature.ts";
import type { AppDeps, Backend } from "./gateway.ts";

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
  /** Path and query as they stood in the request line. */
  readonly pathWithQuery: string;
  /** By middleware/client_address.ts. */
  address = "";
  /** By middleware/body.ts; empty where the request takes none. */
  body = "";
  /** By middleware/admit.ts. */
  decision: Decision | null = null;
  /** By middleware/admit.ts: what was charged for it. */
  charged: AdmissionRequest | null = null;
  #signed: SignedHeaders | null = null;
  #key: VerifyingKey | null = null;

  constructor(readonly deps: AppDeps, readonly context: Context, readonly requestId: string) {
    this.nowMicros = deps.nowMicros();
    const { url } = context.req;
    this.pathWithQuery = url.slice(url.indexOf("/", url.indexOf(":") + 4));
  }

  /** Value of a header field. */
  header(name: string): string | null {
    return this.context.req.raw.headers.get(name);
  }

  /** @throws {NoBackendError} */
  get backend(): Backend {
    const backend = this.deps.backend();
    if (backend === null) throw new NoBackendError();
    return backend;
  }

  /** The signed headers, once middleware/authenticate.ts has read them. */
  get signed(): SignedHeaders {
    if (this.#signed === null) throw new TypeError("the request was not authenticated");
    return this.#signed;
  }

  /** Keeps the signed headers. */
  sign(signed: SignedHeaders): void {
    this.#signed = signed;
  }

  /** The key that signed, once middleware/authenticate.ts has verified it. */
  get key(): VerifyingKey {
    if (this.#key === null) throw new TypeError("the request was not authenticated");
    return this.#key;
  }

  /** Keeps the key that signed. */
  authenticate(key: VerifyingKey): void {
    this.#key = key;
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
