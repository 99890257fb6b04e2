/**
 * The budget of its own that a cluster of nats-servers has: how long clients wait when the server that
 * leads the journal's stream dies, is told to stop, or is asked to give the lead to another one.
 *
 * @module
 */
import { CLIENTS, THINK_MILLIS } from "./load_shape.ts";
import { assertSameJournal } from "../../tests/support/journal_copies.ts";
import { JOURNAL, type Load, startLoad, ThreeServers } from "../../tests/support/three_servers.ts";

/** Times that the stream leader goes, by how it goes. */
export const STREAM_KILLS = 10;
/** See {@link STREAM_KILLS}. */
export const STREAM_MOVES = 10;
const ORDERS = 300;
const STEP_DOWN_MILLIS_MAX = 5_000;

/** Milliseconds without an answer, time by time. */
export interface StreamLeaderLoss {
  /** kill -9. */
  readonly killed: readonly number[];
  /** SIGTERM: the server gives up what it leads before it ends. */
  readonly stopped: readonly number[];
  /** `STREAM.LEADER.STEPDOWN`: the server stays. */
  readonly steppedDown: readonly number[];
  /** Orders that were answered and audited. */
  readonly orders: number;
}

/** Measures on a cluster of its own. @throws when an order was lost or done twice */
export async function measureStreamLeaderLoss(
  say: (line: string) => void,
): Promise<StreamLeaderLoss> {
  await using servers = await ThreeServers.open({ accounts: CLIENTS });
  const { cluster, venue } = servers;
  const gateway = await venue.openGateway();
  const load = startLoad(CLIENTS, Math.random, [gateway], THINK_MILLIS);
  const killed = await times(load, STREAM_KILLS, "stream leader killed", say, async () => {
    const leader = await servers.leaderOf();
    await servers.kill(leader);
    return async () => {
      await cluster.launch(leader);
      await servers.current();
    };
  });
  const stopped = await times(load, STREAM_MOVES, "stream leader stopped", say, async () => {
    const leader = await servers.leaderOf();
    await cluster.server(leader).stop();
    return async () => {
      await cluster.launch(leader);
      await servers.current();
    };
  });
  const admin = await venue.admin();
  const steppedDown = await times(load, STREAM_MOVES, "stepped down", say, async () => {
    await servers.leaderOf();
    const subject = `$JS.API.STREAM.LEADER.STEPDOWN.${JOURNAL}`;
    await admin.request(subject, "", { timeout: STEP_DOWN_MILLIS_MAX });
    return () => servers.current();
  });
  await load.crowd.rest();
  await assertSameJournal(servers);
  await servers.audit(load.crowd);
  return { killed, stopped, steppedDown, orders: load.crowd.settledCount };
}

/** Makes the leader go so many times. @param go returns what brings all back to where it was */
async function times(
  { crowd, silence }: Load,
  count: number,
  what: string,
  say: (line: string) => void,
  go: () => Promise<() => Promise<void>>,
): Promise<number[]> {
  const millis: number[] = [];
  for (let time = 1; time <= count; time++) {
    await crowd.settle(ORDERS / 2);
    silence.take();
    const restore = await go();
    await crowd.settle(ORDERS / 2);
    millis.push(silence.take());
    await restore();
    if (time % 5 === 0) say(`${what}: ${time} of ${count}, worst ${Math.max(...millis)} ms`);
  }
  return millis;
}
