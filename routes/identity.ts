/**
 * Whom a request is from, whichever way that was shown: by a signature or by a bearer token.
 *
 * @module
 */
import type { LimitedSubject } from "../core/limits/limited_subject.ts";
import type { Scope } from "../infra/keys/key_record.ts";

/** What is known about whoever sent a request, once middleware/authenticate.ts is through with it. */
export interface Identity {
  /** Account that it acts for; 0 for the operator. */
  readonly account: number;
  /** Id of the record that vouches for it: the key's, or that of the token's issuer. */
  readonly keyId: string;
  /**
   * Whom its limits are counted of: by the id of the key, or by that of the issuer with the account
   * behind it, so that each user of an app has limits of his own.
   */
  readonly subject: LimitedSubject;
  readonly scopes: readonly Scope[];
  /** Set of limits that applies; `null`: the deployment's own. */
  readonly tier: string | null;
  /** Last microsecond at which what it asks for may be done; goes into the log with the command. */
  readonly deadlineMicros: number;
  /** The signature, which names this very request; `null` where a token vouches for it. */
  readonly signature: string | null;
  /** What the client calls that which it asks for; `null` where it does not. */
  readonly idempotencyKey: string | null;
  /** Whether nobody else can have put that name on the request: it is signed, or came with a token. */
  readonly isNameVouchedFor: boolean;
}
