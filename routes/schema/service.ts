/**
 * The clock, the health and the state of the venue, as answers show them.
 *
 * @module
 */
import * as v from "valibot";
import { IdSchema, MicrosSchema, type Shown } from "./fields.ts";

/** Answer of `GET /v1/time`. */
export const TimeSchema = v.pipe(v.strictObject({ timeMicros: MicrosSchema }), v.title("Time"));
/** See {@link TimeSchema}. */
export type Time = Shown<v.InferOutput<typeof TimeSchema>>;

/** Answer of `GET /v1/admin/state`. */
export const ShardStateSchema = v.pipe(
  v.strictObject({
    shard: v.pipe(v.number(), v.safeInteger()),
    sequence: v.pipe(IdSchema, v.description("Sequence of the last event.")),
    stateHash: v.pipe(
      v.string(),
      v.description("Hash of everything that the shard did; a replay comes to the same."),
    ),
    leader: v.pipe(v.string(), v.description("Name of the process that leads.")),
    epoch: v.pipe(v.number(), v.safeInteger(), v.description("How often the lead was taken.")),
    standbys: v.pipe(v.array(v.string()), v.description("Names of those that stand by.")),
  }),
  v.title("ShardState"),
);
/** See {@link ShardStateSchema}. */
export type ShardStateView = Shown<v.InferOutput<typeof ShardStateSchema>>;

/** Answer of `GET /health/live`. */
export const LiveSchema = v.pipe(v.strictObject({ status: v.literal("live") }), v.title("Live"));

const finding = v.pipe(v.string(), v.description("`ok`, or what is wrong."));
const checks = v.pipe(
  v.strictObject({
    gateway: finding,
    clock: finding,
    limits: finding,
    nats: finding,
    instruments: finding,
    leader: finding,
    orders: finding,
    history: finding,
    marketData: finding,
    registrar: finding,
  }),
  v.title("Checks"),
);

/** Answer of `GET /health/ready` that says yes. */
export const ReadySchema = v.pipe(
  v.strictObject({ status: v.literal("ready"), checks }),
  v.title("Ready"),
);
/** See {@link ReadySchema}. */
export type Ready = Shown<v.InferOutput<typeof ReadySchema>>;

/** Answer of `GET /health/ready` that says no. */
export const NotReadySchema = v.pipe(
  v.strictObject({
    status: v.literal("not_ready"),
    reasons: v.array(v.string()),
    checks,
  }),
  v.title("NotReady"),
);
/** See {@link NotReadySchema}. */
export type NotReady = Shown<v.InferOutput<typeof NotReadySchema>>;
