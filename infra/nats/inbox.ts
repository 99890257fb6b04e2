/**
 * Where answers go. A shared `_INBOX.>` would show every client the answers of all others, so each
 * user has a prefix of its own that names its role and its public key:
 *
 * `_INBOX.<role>.<public key>.<what the client library appends>`
 *
 * The role is what lets a service be allowed to answer gateways and nobody else, whatever reply
 * subject a request carries (the server does not check that).
 *
 * @module
 */
import { readClaims } from "./jwt.ts";
import { CredentialsError } from "./errors.ts";

/** First token of every inbox. */
export const INBOX_ROOT = "_INBOX";

/** Who owns an inbox. Several users may have one role: every app user has the role `app`. */
export type InboxRole =
  | "admin"
  | "app"
  | "back-office"
  | "gateway"
  | "history"
  | "market-data"
  | "matcher"
  | "registrar"
  | "replay"
  | "snapshots"
  | "subscriber";

const roles = new WeakMap<object, InboxRole>();

/** Notes whose inbox a connection uses. */
export function noteRole(connection: object, prefix: string): void {
  roles.set(connection, prefix.split(".")[1] as InboxRole);
}

/** The role of the user that a connection was made as, where {@link noteRole} was told. */
export const roleOf = (connection: object): InboxRole | undefined => roles.get(connection);

/** The inbox prefix of one user. */
export const inboxPrefix = (role: InboxRole, publicKey: string): string =>
  `${INBOX_ROOT}.${role}.${publicKey}`;

/** Every inbox of a role: what a service that answers the role may publish to. */
export const inboxesOf = (role: InboxRole): string => `${INBOX_ROOT}.${role}.>`;

/**
 * Whether a reply subject is an inbox. A service that answers requests from outside asks this before
 * it answers: a request may carry any subject as its reply, and a service must not be made to
 * publish market data of somebody else's choice.
 */
export const isInbox = (subject: string | undefined): subject is string =>
  subject !== undefined && subject.startsWith(`${INBOX_ROOT}.`);

/**
 * The inbox prefix that a user JWT allows: the one it may subscribe to, or for a user of a scoped
 * key, whose permissions stand in the account's JWT, the one of the app role.
 *
 * @throws {CredentialsError} when the JWT allows no inbox
 */
export function inboxPrefixOf(jwt: string): string {
  const claims = readClaims(jwt);
  const { sub, tags } = claims.nats as { sub?: { allow?: string[] }; tags?: string[] };
  const inbox = sub?.allow?.find((subject) => subject.startsWith(`${INBOX_ROOT}.`));
  if (inbox !== undefined) return inbox.replace(/\.>$/, "");
  if (tags?.some((tag) => tag.startsWith("account:"))) return inboxPrefix("app", claims.sub);
  throw new CredentialsError("jwt", "a user JWT with an inbox of its own");
}
