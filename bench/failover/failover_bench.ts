/**
 * `bench:failover`: how long 32 clients wait when their leader dies with a standby beside it; every
 * order is accounted for in the end. Beside it, in the same run: a leader that is stopped, one that
 * hands over, and one that dies with nobody beside it and is started again; and, on three nats-servers,
 * the loss of the one that leads the stream.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { handoverSubject } from "../../core/protocol/subjects.ts";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";
import { Crowd } from "../../tests/support/client_crowd.ts";
import { Silence } from "../../tests/support/three_servers.ts";
import { pause, SHARD, Venue } from "../../tests/support/venue.ts";
import { audit } from "../../tests/support/venue_audit.ts";
import type { VenueProcess } from "../../tests/support/venue_process.ts";
import { medianOf } from "../matching/compare.ts";
import type { BenchResult } from "../result.ts";
import { CLIENTS, THINK_MILLIS } from "./load_shape.ts";
import {
  measureStreamLeaderLoss,
  STREAM_KILLS,
  STREAM_MOVES,
  type StreamLeaderLoss,
} from "./stream_leader_loss.ts";

/** Times that a leader goes, by how it goes. */
const KILLS = 100;
const OTHERS = 10;
/** Orders between two. */
const ORDERS = 300;
const ROUNDS_PER_SNAPSHOT = 5;
/** What the project aims for, in milliseconds. */
const TARGETS = { killed: 500, stopped: 1_500 } as const;

/** How a leader goes, and who leads after it. */
type Going = (leader: VenueProcess, standby: VenueProcess) => Promise<void>;

/** A venue under load, with a leader and a standby. */
class FailoverVenue {
  readonly silence = new Silence();
  readonly #venue: Venue;
  readonly #crowd: Crowd;
  #leader: VenueProcess;
  #snapshots: NatsConnection | null = null;

  private constructor(venue: Venue, crowd: Crowd) {
    this.#venue = venue;
    this.#crowd = crowd;
    this.#leader = venue.matcher;
  }

  static async open(venue: Venue): Promise<FailoverVenue> {
    const gateway = await venue.openGateway();
    const crowd: Crowd = new Crowd(CLIENTS, Math.random, () => async (command, waitMillis) => {
      // What a client does between two orders.
      await pause(THINK_MILLIS);
      const answer = await gateway.submit(command, waitMillis);
      if (answer !== "pending") opened.silence.answered();
      return answer;
    });
    const opened = new FailoverVenue(venue, crowd);
    crowd.start();
    return opened;
  }

  /** Makes the leader go so many times; how long nobody was answered, each time. */
  async times(
    count: number,
    what: string,
    go: Going,
    say: (line: string) => void,
  ): Promise<number[]> {
    const millis: number[] = [];
    for (let time = 1; time <= count; time++) {
      if (time % ROUNDS_PER_SNAPSHOT === 1) await this.#takeSnapshot();
      const standby = this.#venue.launchMatcher();
      while (!standby.log.some((line) => line.includes("standing by for"))) {
        await this.#crowd.settle(1);
      }
      await this.#crowd.settle(ORDERS / 2);
      this.silence.take();
      await go(this.#leader, standby);
      await standby.ready();
      await this.#crowd.settle(ORDERS / 2);
      millis.push(this.silence.take());
      this.#leader = standby;
      if (time % 10 === 0) say(`${what}: ${time} of ${count}, ${textOf(millis)}`);
    }
    return millis;
  }

  /** So that a process that starts has little to replay. */
  async #takeSnapshot(): Promise<void> {
    this.#snapshots ??= await this.#venue.connectAs("snapshots");
    const connection = this.#snapshots;
    const media = [new ObjectStoreMedium(connection)];
    await takeSnapshot({ connection, shard: SHARD, media, say: () => {} });
  }

  /** Kills the leader with nobody beside it and starts it again at once, so many times. */
  async restarts(count: number): Promise<number[]> {
    const millis: number[] = [];
    for (let time = 1; time <= count; time++) {
      await this.#crowd.settle(ORDERS / 2);
      this.silence.take();
      await this.#leader.kill();
      this.#leader = await this.#venue.startMatcher();
      await this.#crowd.settle(ORDERS / 2);
      millis.push(this.silence.take());
    }
    return millis;
  }

  /** Ends the load and audits every order. @throws when one was lost or done twice */
  async audit(): Promise<number> {
    await this.#crowd.rest();
    await audit(this.#venue, this.#crowd.clients);
    return this.#crowd.settledCount;
  }
}

/** Runs the bench. */
export async function failoverBench(say: (line: string) => void): Promise<BenchResult> {
  await using venue = await Venue.open({ accounts: CLIENTS });
  const failover = await FailoverVenue.open(venue);
  const killed = await failover.times(KILLS, "killed", (leader) => leader.kill(), say);
  const stopped = await failover.times(OTHERS, "stopped", async (leader, standby) => {
    leader.signal("SIGSTOP");
    await standby.ready();
    leader.signal("SIGCONT");
    await leader.ended;
  }, say);
  const handedOver = await failover.times(OTHERS, "handed over", async () => {
    await (await venue.admin()).request(handoverSubject(SHARD), "", { timeout: 10_000 });
  }, say);
  const restarted = await failover.restarts(OTHERS);
  const orders = await failover.audit();
  const stream = await measureStreamLeaderLoss(say);
  const value = Math.round(medianOf(killed));
  const restart = Math.round(medianOf(restarted));
  return {
    name: "failover",
    value,
    unit: "ms without an answer, median over kills",
    peers: [
      { name: "killed with nobody beside it, started again", value: restart },
      {
        name: "stream leader of three nats-servers killed",
        value: Math.round(medianOf(stream.killed)),
      },
    ],
    ratio: value / restart,
    details: {
      targets: `killed ${value} of ${TARGETS.killed} ms; stopped ` +
        `${Math.round(medianOf(stopped))} of ${TARGETS.stopped} ms`,
      [`killed (kill -9), ${KILLS} times`]: textOf(killed),
      [`stopped (SIGSTOP), ${OTHERS} times`]: textOf(stopped),
      [`handed over, ${OTHERS} times`]: textOf(handedOver),
      [`killed and started again, ${OTHERS} times`]: textOf(restarted),
      ...streamDetails(stream),
      "orders": `${orders.toLocaleString("en-US")} of ${CLIENTS} clients, 0 lost, 0 done twice`,
    },
  };
}

/** The broker's own budget, in lines of the table. */
function streamDetails(stream: StreamLeaderLoss): Record<string, string> {
  return {
    [`stream leader killed (kill -9), ${STREAM_KILLS} times`]: textOf(stream.killed),
    [`stream leader stopped (SIGTERM), ${STREAM_MOVES} times`]: textOf(stream.stopped),
    [`stream leader stepped down, ${STREAM_MOVES} times`]: textOf(stream.steppedDown),
    "orders to three servers": `${stream.orders.toLocaleString("en-US")} of ${CLIENTS} clients, ` +
      "0 lost, 0 done twice",
  };
}

function textOf(millis: readonly number[]): string {
  const worst = Math.round(Math.max(...millis));
  return `median ${Math.round(medianOf(millis))}, worst ${worst} ms`;
}
