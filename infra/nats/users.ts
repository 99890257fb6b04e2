/**
 * Who may do what on the broker: the users of one installation, each with the least that its work
 * needs. Whatever is not listed is refused, by the server, with a permissions violation.
 *
 * | User | Publishes | Subscribes | JetStream |
 * | --- | --- | --- | --- |
 * | gateway | orders, query, history, acts, snapshot and bucket requests | md, reports of accounts, changes of the leader, keys and reference data | none |
 * | matcher | journal, events, leader, query, standby, answers to gateway, admin, registrar and matcher | orders, admin, query, handover, standby, elections of JOURNAL | reads JOURNAL, EVENTS and SNAPSHOTS, writes REFERENCE and LEASES |
 * | backOffice | repair and snapshot requests | dropcopy, md | none |
 * | marketData | md, answers to snapshot requests | snapshot requests, events | reads EVENTS and REFERENCE, gets from and puts to PROGRESS |
 * | history | user, dropcopy, answers to gateway, admin and backOffice | history, repair, bucket requests | reads EVENTS, REFERENCE and LISTENERS; relays gets from KEYS and puts to LISTENERS and KEY_USES |
 * | admin | admin, handover, query, history | | creates streams and buckets, writes KEYS |
 * | registrar | admin, query, answers to gateway | acts, keys and reference data | reads JOURNAL and EVENTS, gets from REFERENCE and KEY_USES, gets from and puts to KEYS |
 * | replay | | | reads JOURNAL, EVENTS and SNAPSHOTS, gets from REFERENCE |
 * | snapshots | | | reads JOURNAL, reads and writes SNAPSHOTS |
 * | subscriber, apps | snapshot requests | md; apps: the feeds of their account | none |
 *
 * Everyone also subscribes to its own inbox.
 *
 * JetStream rights are not for the edge: the server answers a JetStream request to whatever reply
 * subject it names, with its own authority (bucket_relay.ts says what that can do). Who holds one of
 * them is trusted with all streams, whatever its other limits are.
 *
 * @module
 */
import {
  bucketSubject,
  eventsStream,
  journalStream,
  KEY_USES_BUCKET,
  KEYS_BUCKET,
  LEASES_BUCKET,
  LISTENERS_BUCKET,
  objectStream,
  PROGRESS_BUCKET,
  REFERENCE_BUCKET,
  SNAPSHOTS_STORE,
  streamLeaderSubject,
} from "../../core/protocol/subjects.ts";
import { inboxesOf, inboxPrefix, type InboxRole } from "./inbox.ts";

/** Names of the users with credentials files. */
export const USER_NAMES = [
  "admin",
  "backOffice",
  "gateway",
  "history",
  "marketData",
  "matcher",
  "registrar",
  "replay",
  "snapshots",
  "subscriber",
] as const;
/** One of {@link USER_NAMES}. */
export type UserName = (typeof USER_NAMES)[number];

/** What a user may do. Limits of -1 are none. */
export interface Grant {
  readonly role: InboxRole;
  readonly publish: readonly string[];
  readonly publishNever: readonly string[];
  /** Without the inbox, which {@link permissionClaims} adds. */
  readonly subscribe: readonly string[];
  readonly subscribeNever: readonly string[];
  readonly subscriptionsMax: number;
  readonly payloadBytesMax: number;
}

/** Most subscriptions of one connection with public or app credentials. */
export const PUBLIC_SUBSCRIPTIONS_MAX = 1_000;
/** Longest message that public or app credentials may send: a snapshot request has no body. */
export const PUBLIC_PAYLOAD_BYTES_MAX = 1_024;

/** Every snapshot request: nobody but the market-data worker may see or answer them. */
export const SNAPSHOT_REQUESTS = "md.snapshot.*";

/** The private reports of every account. */
const EVERY_REPORTS = "user.*.reports";

const inHouse = (
  role: InboxRole,
  publish: readonly string[],
  subscribe: readonly string[],
  never: { publish?: readonly string[]; subscribe?: readonly string[] } = {},
): Grant => ({
  role,
  publish: [...new Set(publish)],
  publishNever: never.publish ?? [],
  subscribe,
  subscribeNever: never.subscribe ?? [],
  subscriptionsMax: -1,
  payloadBytesMax: -1,
});

/** What a subscriber from outside may do: read public feeds, ask for snapshots. */
const publicGrant = (role: InboxRole, subscribe: readonly string[]): Grant => ({
  role,
  publish: [SNAPSHOT_REQUESTS],
  publishNever: [],
  subscribe,
  subscribeNever: [SNAPSHOT_REQUESTS],
  subscriptionsMax: PUBLIC_SUBSCRIPTIONS_MAX,
  payloadBytesMax: PUBLIC_PAYLOAD_BYTES_MAX,
});

/** Subjects that reading a stream needs: get a message, create, feed and drop a consumer. */
function readsStream(stream: string): string[] {
  return [
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    ...getsDirect(stream),
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.*`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.ACK.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ];
}

/** Subjects that reading a stream message by message needs. */
function getsDirect(stream: string): string[] {
  return [`$JS.API.DIRECT.GET.${stream}`, `$JS.API.DIRECT.GET.${stream}.>`];
}

const SNAPSHOTS_STREAM = objectStream(SNAPSHOTS_STORE);
const bucketStream = (bucket: string): string => `KV_${bucket}`;
const bucketSubjects = (bucket: string): string => `$KV.${bucket}.>`;

/** The table of users for an installation with the given shards. */
export function userTable(shards: readonly number[]): Readonly<Record<UserName, Grant>> {
  const journals = shards.map(journalStream);
  const events = shards.map(eventsStream);
  return {
    admin: adminGrant(journals),
    backOffice: backOfficeGrant(),
    gateway: gatewayGrant(),
    history: historyGrant(events),
    marketData: marketDataGrant(events),
    matcher: matcherGrant(journals, events),
    registrar: registrarGrant([...journals, ...events]),
    replay: replayGrant([...journals, ...events]),
    snapshots: snapshotsGrant(journals),
    subscriber: publicGrant("subscriber", ["md.>"]),
  };
}

function adminGrant(journals: readonly string[]): Grant {
  const publish = [
    "admin.*",
    "handover.*",
    "query.*",
    "history.*",
    SNAPSHOT_REQUESTS,
    "$JS.API.>",
    "$JS.ACK.>",
    "$JS.FC.>",
    bucketSubjects(KEYS_BUCKET),
    `$KV.${REFERENCE_BUCKET}.ban.>`,
  ];
  const never = journals.map((stream) => `$JS.API.STREAM.DELETE.${stream}`);
  return inHouse("admin", publish, [], { publish: never });
}

/** Sees what every account did, in what it is sent and in what it asks for again. Changes nothing. */
function backOfficeGrant(): Grant {
  const publish = ["repair.*", SNAPSHOT_REQUESTS];
  const never = { subscribe: [SNAPSHOT_REQUESTS] };
  return {
    ...inHouse("back-office", publish, ["dropcopy.>", "md.>"], never),
    payloadBytesMax: PUBLIC_PAYLOAD_BYTES_MAX,
  };
}

function gatewayGrant(): Grant {
  const publish = [
    "orders.*",
    "query.*",
    "history.*",
    "act.*",
    SNAPSHOT_REQUESTS,
    ...[REFERENCE_BUCKET, KEYS_BUCKET].flatMap((bucket) => [
      bucketSubject("get", bucket),
      bucketSubject("get", bucket, ">"),
    ]),
    bucketSubject("put", LISTENERS_BUCKET, ">"),
    bucketSubject("put", KEY_USES_BUCKET, "*"),
  ];
  const buckets = [bucketSubjects(REFERENCE_BUCKET), bucketSubjects(KEYS_BUCKET)];
  // What streams at the edge (routes/streams) send on; nothing else of an account's.
  const streamed = ["md.>", EVERY_REPORTS];
  const subscribe = [...streamed, "leader.*", ...buckets];
  return inHouse("gateway", publish, subscribe, { subscribe: [SNAPSHOT_REQUESTS] });
}

function historyGrant(events: readonly string[]): Grant {
  const publish = [
    "user.>",
    "dropcopy.*",
    inboxesOf("gateway"),
    inboxesOf("admin"),
    inboxesOf("back-office"),
    ...events.flatMap(readsStream),
    ...readsStream(bucketStream(REFERENCE_BUCKET)),
    ...readsStream(bucketStream(LISTENERS_BUCKET)),
    // For the relay of gateways' requests.
    ...getsDirect(bucketStream(KEYS_BUCKET)),
    bucketSubjects(LISTENERS_BUCKET),
    bucketSubjects(KEY_USES_BUCKET),
  ];
  const buckets = [bucketSubjects(REFERENCE_BUCKET), bucketSubjects(LISTENERS_BUCKET)];
  return inHouse("history", publish, ["history.*", "repair.*", "bucket.>", ...buckets]);
}

function marketDataGrant(events: readonly string[]): Grant {
  const publish = [
    "md.>",
    inboxesOf("gateway"),
    inboxesOf("admin"),
    inboxesOf("back-office"),
    inboxesOf("app"),
    inboxesOf("subscriber"),
    ...events.flatMap(readsStream),
    ...readsStream(bucketStream(REFERENCE_BUCKET)),
    ...getsDirect(bucketStream(PROGRESS_BUCKET)),
    bucketSubjects(PROGRESS_BUCKET),
  ];
  const subscribe = [SNAPSHOT_REQUESTS, "events.*", bucketSubjects(REFERENCE_BUCKET)];
  return inHouse("market-data", publish, subscribe, { publish: [SNAPSHOT_REQUESTS] });
}

function matcherGrant(journals: readonly string[], events: readonly string[]): Grant {
  const publish = [
    "journal.*",
    "events.*",
    "query.*",
    "standby.*",
    "leader.*",
    inboxesOf("gateway"),
    inboxesOf("admin"),
    inboxesOf("registrar"),
    inboxesOf("matcher"),
    ...journals.flatMap(readsStream),
    ...events.flatMap(readsStream),
    ...readsStream(SNAPSHOTS_STREAM),
    ...readsStream(bucketStream(REFERENCE_BUCKET)),
    bucketSubjects(REFERENCE_BUCKET),
    ...getsDirect(bucketStream(LEASES_BUCKET)),
    bucketSubjects(LEASES_BUCKET),
  ];
  const subscribe = ["orders.*", "admin.*", "query.*", "handover.*", "standby.*"];
  return inHouse("matcher", publish, [...subscribe, ...journals.map(streamLeaderSubject)]);
}

/** Carries out what clients have signed: see core/protocol/act.ts. It reads logs for the audit trail. */
function registrarGrant(logs: readonly string[]): Grant {
  const publish = [
    "admin.*",
    "query.*",
    inboxesOf("gateway"),
    ...logs.flatMap(readsStream),
    ...getsDirect(bucketStream(REFERENCE_BUCKET)),
    ...getsDirect(bucketStream(KEYS_BUCKET)),
    ...getsDirect(bucketStream(KEY_USES_BUCKET)),
    bucketSubjects(KEYS_BUCKET),
  ];
  const buckets = [bucketSubjects(REFERENCE_BUCKET), bucketSubjects(KEYS_BUCKET)];
  return inHouse("registrar", publish, ["act.*", ...buckets]);
}

/** Of REFERENCE only single messages: the terms of the instruments that the events are about. */
function replayGrant(logs: readonly string[]): Grant {
  const publish = [
    ...[...logs, SNAPSHOTS_STREAM].flatMap(readsStream),
    ...getsDirect(bucketStream(REFERENCE_BUCKET)),
  ];
  return inHouse("replay", publish, []);
}

/** Purging is how the chunks of a pruned snapshot go. */
function snapshotsGrant(journals: readonly string[]): Grant {
  const publish = [
    ...[...journals, SNAPSHOTS_STREAM].flatMap(readsStream),
    `$JS.API.STREAM.PURGE.${SNAPSHOTS_STREAM}`,
    `$O.${SNAPSHOTS_STORE}.>`,
  ];
  return inHouse("snapshots", publish, []);
}

/**
 * What the app of one account may do: its own private feeds and what any subscriber may. Used as
 * the template of the scoped signing key that gateways hold, with the account's tag in the place of
 * its number: whoever steals that key can mint such users, for any account, and no others.
 */
export const appGrant = (account: string): Grant =>
  publicGrant("app", [`user.${account}.>`, "md.>"]);

/** The permission claims of a grant, as they stand in a user's JWT or in a scope's template. */
export function permissionClaims(grant: Grant, publicKey: string): Record<string, unknown> {
  const list = (subjects: readonly string[]) => subjects.length === 0 ? undefined : [...subjects];
  return {
    pub: { allow: list(grant.publish), deny: list(grant.publishNever) },
    sub: {
      allow: [...grant.subscribe, `${inboxPrefix(grant.role, publicKey)}.>`],
      deny: list(grant.subscribeNever),
    },
    subs: grant.subscriptionsMax,
    data: -1,
    payload: grant.payloadBytesMax,
    allowed_connection_types: ["STANDARD", "WEBSOCKET"],
  };
}
