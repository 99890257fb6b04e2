/**
 * What every user of the broker may do, written down a second time on purpose and not taken from
 * infra/nats/users.ts: whatever is not listed here must be refused.
 *
 * @module
 */
import type { UserName } from "../../../infra/nats/users.ts";

/** A user of the table, or the app of account 7. */
export type Who = UserName | "app7";
/** What one of them may do. */
export interface Allowed {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** First tokens of the JetStream API. */
export const API = "$JS.API";
const reads = (stream: string) => [
  `${API}.STREAM.INFO.${stream}`,
  `${API}.STREAM.MSG.GET.${stream}`,
  `${API}.DIRECT.GET.${stream}`,
  `${API}.CONSUMER.CREATE.${stream}`,
  `${API}.CONSUMER.MSG.NEXT.${stream}.x`,
  `${API}.CONSUMER.DELETE.${stream}.x`,
];
const changes = (stream: string) => [
  `${API}.STREAM.DELETE.${stream}`,
  `${API}.STREAM.UPDATE.${stream}`,
  `${API}.STREAM.PURGE.${stream}`,
  `${API}.STREAM.MSG.DELETE.${stream}`,
];
/** The streams of an installation with one shard. */
export const STREAMS = [
  "JOURNAL_0",
  "EVENTS_0",
  "KV_REFERENCE",
  "KV_KEYS",
  "KV_LISTENERS",
  "KV_PROGRESS",
  "KV_LEASES",
  "KV_KEY_USES",
  "OBJ_SNAPSHOTS",
];

/** Subjects that everybody tries to publish to, beside everybody's inboxes. */
export const PUBLISHED = [
  "orders.0",
  "admin.0",
  "act.0",
  "query.0",
  "history.0",
  "handover.0",
  "leader.0",
  "standby.0",
  "journal.0",
  "events.0",
  "md.BTC-USD.trades.json",
  "md.snapshot.BTC-USD",
  "user.7.reports",
  "user.8.reports",
  "dropcopy.0",
  "dropcopy.0.x",
  "repair.0",
  "repair.0.x",
  "bucket.get.KEYS",
  "bucket.get.KEYS.x",
  "bucket.get.REFERENCE.x",
  "bucket.get.LISTENERS",
  "bucket.put.KEYS.x",
  "bucket.put.LISTENERS.x",
  "bucket.put.KEY_USES.x",
  "bucket.put.KEY_USES.x.y",
  "bucket.get.KEY_USES",
  "telemetry.x",
  "anything",
  "_INBOX.x",
  "$KV.REFERENCE.x",
  "$KV.KEYS.x",
  "$KV.LISTENERS.x",
  "$KV.PROGRESS.x",
  "$KV.LEASES.x",
  "$KV.KEY_USES.x",
  "$O.SNAPSHOTS.C.x",
  "$O.SNAPSHOTS.M.x",
  "$SYS.REQ.SERVER.PING",
  "$SYS.REQ.USER.INFO",
  `${API}.INFO`,
  `${API}.STREAM.NAMES`,
  `${API}.STREAM.LIST`,
  `${API}.STREAM.CREATE.OTHER`,
  `${API}.META.LEADER.STEPDOWN`,
  ...STREAMS.flatMap(reads),
  ...STREAMS.flatMap(changes),
];

/** Subjects that everybody tries to subscribe to, beside everybody's inboxes. */
export const SUBSCRIBED = [
  ">",
  "*.0",
  "orders.0",
  "orders.>",
  "admin.0",
  "act.0",
  "query.0",
  "history.0",
  "handover.0",
  "leader.0",
  "standby.0",
  "journal.0",
  "events.0",
  "md.>",
  "md.BTC-USD.trades.json",
  "md.snapshot.*",
  "md.snapshot.BTC-USD",
  "user.>",
  "user.*.reports",
  "user.7.>",
  "user.8.reports",
  "dropcopy.>",
  "dropcopy.0",
  "repair.>",
  "repair.*",
  "repair.0",
  "bucket.>",
  "bucket.get.KEYS",
  "telemetry.>",
  "_INBOX.>",
  "_INBOX.x",
  "_INBOX.gateway.>",
  "_INBOX.*.*.>",
  "$KV.>",
  "$KV.REFERENCE.>",
  "$KV.KEYS.>",
  "$KV.LISTENERS.>",
  "$JS.>",
  "$JS.API.>",
  "$JS.EVENT.ADVISORY.>",
  "$SYS.>",
];

/** What each user may publish and subscribe to, of the subjects above. Exact. */
export const ALLOWED: Readonly<Record<Who, Allowed>> = {
  admin: {
    publish: [
      "admin.0",
      "query.0",
      "history.0",
      "handover.0",
      "md.snapshot.BTC-USD",
      "$KV.KEYS.x",
      ...PUBLISHED.filter((subject) =>
        subject.startsWith(API) && subject !== `${API}.STREAM.DELETE.JOURNAL_0`
      ),
    ],
    subscribe: [],
  },
  backOffice: {
    publish: ["repair.0", "md.snapshot.BTC-USD"],
    subscribe: ["md.>", "md.BTC-USD.trades.json", "dropcopy.>", "dropcopy.0"],
  },
  gateway: {
    publish: [
      "orders.0",
      "query.0",
      "history.0",
      "act.0",
      "md.snapshot.BTC-USD",
      "bucket.get.KEYS",
      "bucket.get.KEYS.x",
      "bucket.get.REFERENCE.x",
      "bucket.put.LISTENERS.x",
      "bucket.put.KEY_USES.x",
    ],
    subscribe: [
      "md.>",
      "md.BTC-USD.trades.json",
      "leader.0",
      "user.*.reports",
      "user.8.reports",
      "$KV.REFERENCE.>",
      "$KV.KEYS.>",
    ],
  },
  history: {
    publish: [
      "user.7.reports",
      "user.8.reports",
      "dropcopy.0",
      `${API}.INFO`,
      `${API}.STREAM.NAMES`,
      ...reads("EVENTS_0"),
      ...reads("KV_REFERENCE"),
      ...reads("KV_LISTENERS"),
      `${API}.DIRECT.GET.KV_KEYS`,
      "$KV.LISTENERS.x",
      "$KV.KEY_USES.x",
    ],
    // As with the matcher's, the server takes the ">" for one more token that "*" covers.
    subscribe: [
      "history.0",
      "repair.>",
      "repair.*",
      "repair.0",
      "bucket.>",
      "bucket.get.KEYS",
      "$KV.REFERENCE.>",
      "$KV.LISTENERS.>",
    ],
  },
  marketData: {
    publish: [
      "md.BTC-USD.trades.json",
      `${API}.INFO`,
      `${API}.STREAM.NAMES`,
      ...reads("EVENTS_0"),
      ...reads("KV_REFERENCE"),
      `${API}.DIRECT.GET.KV_PROGRESS`,
      "$KV.PROGRESS.x",
    ],
    subscribe: ["events.0", "md.snapshot.*", "md.snapshot.BTC-USD", "$KV.REFERENCE.>"],
  },
  matcher: {
    publish: [
      "journal.0",
      "events.0",
      "query.0",
      "standby.0",
      "leader.0",
      "$KV.REFERENCE.x",
      "$KV.LEASES.x",
      `${API}.DIRECT.GET.KV_LEASES`,
      `${API}.INFO`,
      `${API}.STREAM.NAMES`,
      ...reads("JOURNAL_0"),
      ...reads("EVENTS_0"),
      ...reads("OBJ_SNAPSHOTS"),
      ...reads("KV_REFERENCE"),
    ],
    // The server takes the ">" of a subscription for one more token that "*" covers.
    subscribe: [
      "orders.0",
      "orders.>",
      "admin.0",
      "query.0",
      "handover.0",
      "standby.0",
      "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.JOURNAL_0",
    ],
  },
  registrar: {
    publish: [
      "admin.0",
      "query.0",
      "$KV.KEYS.x",
      `${API}.INFO`,
      `${API}.STREAM.NAMES`,
      ...reads("JOURNAL_0"),
      ...reads("EVENTS_0"),
      `${API}.DIRECT.GET.KV_REFERENCE`,
      `${API}.DIRECT.GET.KV_KEYS`,
      `${API}.DIRECT.GET.KV_KEY_USES`,
    ],
    subscribe: ["act.0", "$KV.REFERENCE.>", "$KV.KEYS.>"],
  },
  replay: {
    publish: [
      `${API}.INFO`,
      `${API}.STREAM.NAMES`,
      ...reads("JOURNAL_0"),
      ...reads("EVENTS_0"),
      ...reads("OBJ_SNAPSHOTS"),
      `${API}.DIRECT.GET.KV_REFERENCE`,
    ],
    subscribe: [],
  },
  snapshots: {
    publish: [
      "$O.SNAPSHOTS.C.x",
      "$O.SNAPSHOTS.M.x",
      `${API}.INFO`,
      `${API}.STREAM.NAMES`,
      ...reads("JOURNAL_0"),
      ...reads("OBJ_SNAPSHOTS"),
      `${API}.STREAM.PURGE.OBJ_SNAPSHOTS`,
    ],
    subscribe: [],
  },
  subscriber: {
    publish: ["md.snapshot.BTC-USD"],
    subscribe: ["md.>", "md.BTC-USD.trades.json"],
  },
  app7: {
    publish: ["md.snapshot.BTC-USD"],
    subscribe: ["md.>", "md.BTC-USD.trades.json", "user.7.>"],
  },
};

/** Whose inboxes each user may publish to: those it answers. */
export const ANSWERS: Readonly<Record<Who, readonly Who[]>> = {
  admin: [],
  backOffice: [],
  gateway: [],
  history: ["gateway", "admin", "backOffice"],
  marketData: ["gateway", "admin", "backOffice", "subscriber", "app7"],
  matcher: ["gateway", "admin", "matcher", "registrar"],
  registrar: ["gateway"],
  replay: [],
  snapshots: [],
  subscriber: [],
  app7: [],
};
