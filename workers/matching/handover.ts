/**
 * Planned handover: the operator asks, and the leader gives the lead to a standby that has all it
 * needs. Frames that come meanwhile find nobody, and gateways send them again.
 *
 * @module
 */
import { type NatsConnection, NatsError } from "nats.ws";
import { handoverSubject, standbySubject } from "../../core/protocol/subjects.ts";

/** Appends that a standby may be behind: it takes over at once. */
export const BEHIND_APPENDS_MAX = 100;
/** How long the leader waits for one that is further behind, and how often it asks. */
const CATCH_UP_MILLIS_MAX = 3_000;
const LOOK_MILLIS = 50;
/** How long a standby may take to say that it is there. */
const STANDBY_MILLIS_MAX = 1_000;

/** What the leader answers. */
export type HandoverAnswer =
  | { readonly handedOver: true; readonly standby: string }
  | { readonly handedOver: false; readonly reason: string };

/**
 * Serves the handover of a shard.
 *
 * @param journalSequence of the last append that the leader knows
 * @param handOver gives the lead up; what it returns is called once the operator was told
 */
export function serveHandover(
  connection: NatsConnection,
  shard: number,
  journalSequence: () => number,
  handOver: (standby: string) => Promise<() => void>,
): void {
  let isOver = false;
  connection.subscribe(handoverSubject(shard), {
    callback: (error, message) => {
      if (error !== null || isOver) return;
      void (async () => {
        const answer = (said: HandoverAnswer) => message.respond(JSON.stringify(said));
        const choice = await chooseInTime(connection, shard, journalSequence);
        if (isOver) return;
        if ("reason" in choice) {
          answer({ handedOver: false, reason: choice.reason });
          return;
        }
        isOver = true;
        const told = await handOver(choice.standby);
        answer({ handedOver: true, standby: choice.standby });
        await connection.flush().catch(() => {});
        told();
      })();
    },
  });
}

/** Who takes over, or why nobody can. */
type Choice = { readonly standby: string } | { readonly reason: string };

/** What a standby says of itself. */
interface StandbyAnswer {
  readonly standby: string;
  readonly journalSequence: number;
}

/** Waits a moment for a standby that has just begun. */
async function chooseInTime(
  connection: NatsConnection,
  shard: number,
  journalSequence: () => number,
): Promise<Choice> {
  const untilMillis = performance.now() + CATCH_UP_MILLIS_MAX;
  for (;;) {
    const standby = await findStandby(connection, shard);
    const choice = choose(standby, journalSequence());
    const isOver = standby === null || performance.now() > untilMillis;
    if (isOver || "standby" in choice) return choice;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS));
  }
}

/** The standby that takes over, or why none can. */
function choose(found: StandbyAnswer | null, journalSequence: number): Choice {
  if (found === null) return { reason: "no standby runs; start another matching process" };
  const behind = journalSequence - found.journalSequence;
  if (behind <= BEHIND_APPENDS_MAX) return found;
  const reason = `${found.standby} is ${behind} appends behind, at most ${BEHIND_APPENDS_MAX}; ` +
    "try again when it has caught up";
  return { reason };
}

/** The standby that answers first, or `null`. */
async function findStandby(
  connection: NatsConnection,
  shard: number,
): Promise<StandbyAnswer | null> {
  try {
    const timeout = STANDBY_MILLIS_MAX;
    const answer = await connection.request(standbySubject(shard), "", { timeout });
    return answer.json<StandbyAnswer>();
  } catch (error) {
    if (error instanceof NatsError) return null;
    throw error;
  }
}
