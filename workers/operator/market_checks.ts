/**
 * Checks of `deno task doctor` on the market: leader, projections, gateway, limiter.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import type { SnapshotAnswer, StateAnswer } from "../../core/protocol/queries.ts";
import { eventsStream, journalStream, snapshotSubject } from "../../core/protocol/subjects.ts";
import { queryHistorySequence, queryLeader } from "../../infra/administration/leader_query.ts";
import { readInstruments } from "../../infra/administration/reference.ts";
import { readConfig } from "../../infra/config.ts";
import type { Check, Finding } from "./check.ts";
import { CHECK_MILLIS_MAX, NotLookedAtError } from "./check.ts";

/** A question to the leader ends before its check does, to say why. */
const ANSWER_MILLIS_MAX = CHECK_MILLIS_MAX - 300;
/** Appends, or events, that somebody may be behind while orders flow. */
const BEHIND_OK = 1_000;
const LOG_ADVICE = "look at what deno task start prints for matching; kill -9 of the pid in " +
  "run/matching.pid has it started again";

/** What the checks look at. */
export interface MarketTarget {
  /** `http://host:port`. */
  readonly gateway: () => Promise<string>;
  readonly connection: () => Promise<NatsConnection>;
  readonly shard: number;
}

/** The checks. */
export function marketChecks(target: MarketTarget): Check[] {
  const state = once(async () =>
    await queryLeader(
      await target.connection(),
      target.shard,
      { kind: "state" },
      ANSWER_MILLIS_MAX,
    )
  );
  return [
    { name: "matcher", advice: LOG_ADVICE, look: () => lookAtMatcher(target, state) },
    { name: "events", advice: LOG_ADVICE, look: () => lookAtEvents(target, state) },
    { name: "history", advice: LOG_ADVICE, look: () => lookAtHistory(target, state) },
    { name: "market data", advice: LOG_ADVICE, look: () => lookAtMarketData(target, state) },
    {
      name: "gateway",
      advice:
        "start the market: deno task start; where it runs, look at what it prints for gateway",
      look: () => lookAtGateway(target),
    },
    {
      name: "registrar",
      advice:
        "orders go on without it; keys, transfers and administration over REST do not. Look at " +
        "what deno task start prints for registrar; it is started again with the matching process: " +
        "kill of the pid in run/matching.pid. deno task admin needs no registrar",
      look: () => lookAtRegistrar(target),
    },
    {
      name: "upstash",
      advice: "check UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN; until it answers, each " +
        "gateway gives out a bounded share of the limits by itself",
      look: lookAtUpstash,
    },
  ];
}

/** Calls a function at most once and hands its promise to everybody. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

type State = () => Promise<StateAnswer>;

async function lookAtMatcher(target: MarketTarget, state: State): Promise<Finding> {
  const { epoch, journalSequence, leader, liveOrders, standbys } = await state();
  const last = await lastSequence(target, journalStream(target.shard));
  const beside = standbys.length === 0 ? "nobody stands by" : `${standbys.join(", ")} by it`;
  const detail = `${leader} leads, epoch ${epoch}, ${liveOrders} live orders, ${beside}`;
  return behind(detail, last - journalSequence, "appends of its journal");
}

async function lookAtEvents(target: MarketTarget, state: State): Promise<Finding> {
  const { sequence } = await state();
  const last = await lastSequence(target, eventsStream(target.shard));
  return { status: "ok", detail: `event sequence ${sequence}, ${last} messages in the stream` };
}

async function lookAtHistory(target: MarketTarget, state: State): Promise<Finding> {
  const { sequence } = await state();
  const reached = await queryHistorySequence(
    await target.connection(),
    target.shard,
    ANSWER_MILLIS_MAX,
  );
  return behind(`has come to event ${reached}`, sequence - reached, "events");
}

async function lookAtMarketData(target: MarketTarget, state: State): Promise<Finding> {
  const connection = await target.connection();
  const [first] = await readInstruments(connection);
  if (first === undefined) {
    return {
      status: "warn",
      detail: "there is no instrument",
      advice: "define one: deno task admin instruments add --help",
    };
  }
  const { sequence } = await state();
  const subject = snapshotSubject(first.symbol);
  const query = JSON.stringify({ levels: 1, trades: 0 });
  const answer = await connection.request(subject, query, { timeout: ANSWER_MILLIS_MAX });
  const { eventSequence } = answer.json<SnapshotAnswer>();
  return behind(`has come to event ${eventSequence}`, sequence - eventSequence, "events");
}

/** What a gateway answers on `/health/ready`. */
interface Readiness {
  readonly checks?: { readonly clock?: string; readonly registrar?: string };
  readonly reasons?: readonly string[];
}

async function readinessOf(url: string): Promise<{ response: Response; ready: Readiness }> {
  const response = await fetch(`${url}/health/ready`, {
    signal: AbortSignal.timeout(ANSWER_MILLIS_MAX),
  });
  return { response, ready: await response.json() };
}

/** By the gateway's word: nobody else is answered by the registrar. */
async function lookAtRegistrar({ gateway }: MarketTarget): Promise<Finding> {
  const url = await gateway();
  const { ready } = await readinessOf(url).catch(() => {
    throw new NotLookedAtError("the gateway, which asks it, does not answer");
  });
  const found = ready.checks?.registrar ?? "not told by this gateway";
  if (found !== "ok") throw new Error(found);
  return { status: "ok", detail: "answers, and opens every key" };
}

async function lookAtGateway({ gateway }: MarketTarget): Promise<Finding> {
  const url = await gateway();
  const { ready: { checks, reasons }, response } = await readinessOf(url);
  if (response.ok) {
    const clock = checks?.clock ?? "ok";
    if (clock === "ok") return { status: "ok", detail: `ready at ${url}` };
    const advice = "put the clock of the gateway's machine right: is its time service running?";
    return { status: "warn", detail: `ready at ${url}, but its clock ${clock}`, advice };
  }
  throw new Error(`not ready at ${url}: ${(reasons ?? [`status ${response.status}`]).join("; ")}`);
}

async function lookAtUpstash(): Promise<Finding> {
  const { limiter, upstashToken, upstashUrl } = readConfig([
    "limiter",
    "upstashUrl",
    "upstashToken",
  ]);
  if (limiter === "memory") {
    return { status: "ok", detail: "not used: limits are counted in memory" };
  }
  if (upstashUrl === "" || upstashToken === "") throw new Error("its URL or its token is not set");
  const began = performance.now();
  const response = await fetch(upstashUrl, {
    method: "POST",
    headers: { Authorization: `Bearer ${upstashToken}`, "Content-Type": "application/json" },
    body: JSON.stringify(["PING"]),
    signal: AbortSignal.timeout(ANSWER_MILLIS_MAX),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${upstashUrl} answered ${response.status}`);
  const millis = Math.round(performance.now() - began);
  return { status: "ok", detail: `${upstashUrl}, round trip ${millis} ms` };
}

async function lastSequence({ connection }: MarketTarget, stream: string): Promise<number> {
  const manager = await (await connection()).jetstreamManager();
  return (await manager.streams.info(stream)).state.last_seq;
}

/** A distance may be below zero: the two ends are not looked at in the same moment. */
function behind(detail: string, distance: number, of: string): Finding {
  if (distance <= 0) return { status: "ok", detail: `${detail}, not behind` };
  const shown = `${detail}, ${distance} ${of} behind`;
  if (distance <= BEHIND_OK) return { status: "ok", detail: shown };
  return { status: "warn", detail: shown, advice: "run the doctor again: does it catch up?" };
}
