/**
 * The broker's accounts: what separates classes of connections, because nats-server counts
 * connections by account and not by user.
 *
 * | Account | Class | Users | Connections at most |
 * | --- | --- | --- | --- |
 * | trading | in house, back office | gateways, matcher, market data, history, the operator's | what the server has |
 * | public | public | `subscriber`: the shared public credentials | {@link PUBLIC_CONNECTIONS_MAX} |
 * | apps | account | what gateways mint for one account's app | {@link APP_CONNECTIONS_MAX} |
 *
 * Messages cross between accounts by stream imports alone, in both directions: feeds and answers go
 * out, snapshot requests come in. A service import would be the usual way for requests, and is not
 * safe: a request to one whose reply is a wildcard ends server 2.9.10, and up to 2.10.25 nobody is
 * told that nobody answers. Over a stream import a reply is only a text that is passed on.
 *
 * Interest counts across: a publisher in `trading` hears "no responders" unless somebody listens in
 * any of the accounts.
 *
 * @module
 */
import { inboxesOf, type InboxRole } from "./inbox.ts";
import {
  appGrant,
  permissionClaims,
  PUBLIC_PAYLOAD_BYTES_MAX,
  PUBLIC_SUBSCRIPTIONS_MAX,
  SNAPSHOT_REQUESTS,
  type UserName,
} from "./users.ts";

/** Accounts whose users come from outside. */
export const OUTSIDE_ACCOUNTS = ["public", "apps"] as const;
/** One of {@link OUTSIDE_ACCOUNTS}. */
export type OutsideAccount = (typeof OUTSIDE_ACCOUNTS)[number];

/** Connections with public credentials, on all servers of a cluster together. */
export const PUBLIC_CONNECTIONS_MAX = 6_000;
/** Connections with app credentials, on all servers of a cluster together. */
export const APP_CONNECTIONS_MAX = 3_000;
/** Connections of a server that no outsider can take: there for gateways, workers and operators. */
export const HOUSE_CONNECTIONS_MIN = 1_000;
/** Connections that a server accepts, those that have not signed in yet among them. */
export const CONNECTIONS_MAX = PUBLIC_CONNECTIONS_MAX + APP_CONNECTIONS_MAX +
  HOUSE_CONNECTIONS_MIN;

/** Connections that each account of outsiders may have. */
export type ConnectionLimits = Readonly<Record<OutsideAccount, number>>;
/** What they may have unless it is said otherwise. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  public: PUBLIC_CONNECTIONS_MAX,
  apps: APP_CONNECTIONS_MAX,
};

/** Every public feed, and no snapshot request: those have one token less. */
const FEEDS = "md.*.*.>";
/** All private feeds; each app may subscribe to those of its account. */
const PRIVATE_FEEDS = "user.>";

/** Whose inboxes an account of outsiders has, and what it may listen to. */
interface OutsideTerms {
  readonly role: InboxRole;
  /** Streams of `trading` that it takes, beside answers. */
  readonly feeds: readonly string[];
}

const OUTSIDE: Readonly<Record<OutsideAccount, OutsideTerms>> = {
  public: { role: "subscriber", feeds: [FEEDS] },
  apps: { role: "app", feeds: [FEEDS, PRIVATE_FEEDS] },
};

/**
 * The limits with some of them changed: lower, for more would eat what is left for the house.
 *
 * @throws {RangeError} when one is no whole number from 1 to the one of {@link CONNECTION_LIMITS}
 */
export function connectionLimits(changes: Partial<ConnectionLimits> = {}): ConnectionLimits {
  const limits = { ...CONNECTION_LIMITS, ...changes };
  for (const name of OUTSIDE_ACCOUNTS) {
    const [value, most] = [limits[name], CONNECTION_LIMITS[name]];
    if (Number.isInteger(value) && value >= 1 && value <= most) continue;
    throw new RangeError(`connections of ${name}: ${value} is no whole number from 1 to ${most}`);
  }
  return limits;
}

/** The account that a user belongs to. */
export const accountOf = (user: UserName): "trading" | OutsideAccount =>
  user === "subscriber" ? "public" : "trading";

/** Claims of an account without limits. A user without permissions of its own may do nothing. */
export function accountClaims(
  limits: Readonly<Record<string, number>>,
  other: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    limits: {
      subs: -1,
      data: -1,
      payload: -1,
      imports: -1,
      exports: -1,
      wildcards: true,
      conn: -1,
      leaf: -1,
      ...limits,
    },
    default_permissions: { pub: { deny: [">"] }, sub: { deny: [">"] } },
    ...other,
    type: "account",
    version: 2,
  };
}

/**
 * Claims of the system account.
 *
 * Its import means nothing to anybody: nobody is in this account. It makes the server load every
 * account one after the other before it listens, because `trading` imports from all others. Accounts
 * are loaded when they are first asked for, and 2.9.10 gets that wrong where two that import from each
 * other are asked for at one time: one of them is kept twice, and imports lead to the wrong copy until
 * the server is started again.
 */
export const systemClaims = (tradingKey: string): Record<string, unknown> =>
  accountClaims({}, { imports: [importOf(FEEDS, tradingKey)] });

/** What {@link tradingClaims} is made of. */
export interface TradingParts {
  /** Public keys of the accounts of outsiders. */
  readonly outside: Readonly<Record<OutsideAccount, string>>;
  /** Public keys of users that an earlier version signed here and that belong outside. */
  readonly movedUsers: readonly string[];
  readonly nowSeconds: number;
}

/** Claims of the account of everything in house: it alone has JetStream. */
export function tradingClaims(parts: TradingParts): Record<string, unknown> {
  const { movedUsers, nowSeconds, outside } = parts;
  const exported = OUTSIDE_ACCOUNTS.flatMap(inwardSubjects);
  return accountClaims({ mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 }, {
    exports: [...new Set(exported)].map(exportOf),
    imports: OUTSIDE_ACCOUNTS.map((name) => importOf(SNAPSHOT_REQUESTS, outside[name])),
    // Their old credentials would still open a connection here, beside the limits of their class.
    revocations: Object.fromEntries(movedUsers.map((key) => [key, nowSeconds])),
  });
}

/** What {@link outsideClaims} is made of. */
export interface OutsideParts {
  /** Public key of the trading account. */
  readonly tradingKey: string;
  readonly connectionsMax: number;
  /** Public key of the scoped signing key that mints its users; left out: it has none. */
  readonly signerKey?: string;
}

/** Claims of an account of outsiders. */
export function outsideClaims(name: OutsideAccount, parts: OutsideParts): Record<string, unknown> {
  const { connectionsMax, signerKey, tradingKey } = parts;
  const limits = {
    conn: connectionsMax,
    leaf: 0,
    // Of each connection, whatever a user's own claims say.
    subs: PUBLIC_SUBSCRIPTIONS_MAX,
    payload: PUBLIC_PAYLOAD_BYTES_MAX,
  };
  return accountClaims(limits, {
    exports: [exportOf(SNAPSHOT_REQUESTS)],
    imports: inwardSubjects(name).map((subject) => importOf(subject, tradingKey)),
    ...(signerKey === undefined ? {} : { signing_keys: [appScope(signerKey)] }),
  });
}

/** What an account of outsiders takes from `trading`: its feeds, and answers to its own inboxes. */
const inwardSubjects = (name: OutsideAccount): string[] => [
  ...OUTSIDE[name].feeds,
  inboxesOf(OUTSIDE[name].role),
];

const exportOf = (subject: string) => ({ name: subject, subject, type: "stream" });

const importOf = (subject: string, account: string) => ({
  name: subject,
  subject,
  account,
  type: "stream",
});

/** What a gateway's key may mint: the template that the server fills in for each user. */
function appScope(key: string): Record<string, unknown> {
  const template = permissionClaims(appGrant("{{tag(account)}}"), "{{subject()}}");
  return { kind: "user_scope", key, role: "app", template };
}
