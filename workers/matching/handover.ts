/**
 * Planned handover: the operator asks, and the leader gives the lead to a standby that has all it
 * needs. Frames that come meanwhile find nobody, and gateways send them again.
 *
 * @module
 */
import { type NatsConnection, NatsError } from "nats.ws";
import { handoverSubject, standbySubject } from "../../core/protocol/subjects.ts";

/** How long a standby may take to say that it is there. */
const STANDBY_MILLIS_MAX = 1_000;

/** What the leader answers. */
export type HandoverAnswer =
  | { readonly handedOver: true; readonly standby: string }
  | { readonly handedOver: false; readonly reason: string };

/**
 * Serves the handover of a shard.
 *
 * @param handOver gives the lead up; what it returns is called once the operator was told
 */
export function serveHandover(
  connection: NatsConnection,
  shard: number,
  handOver: (standby: string) => Promise<() => void>,
): void {
  let isOver = false;
  connection.subscribe(handoverSubject(shard), {
    callback: (error, message) => {
      if (error !== null || isOver) return;
      void (async () => {
        const standby = await findStandby(connection, shard);
        const answer = (said: HandoverAnswer) => message.respond(JSON.stringify(said));
        if (standby === null) {
          answer({ handedOver: false, reason: "no standby runs; start another matching process" });
          return;
        }
        isOver = true;
        const told = await handOver(standby);
        answer({ handedOver: true, standby });
        await connection.flush().catch(() => {});
        told();
      })();
    },
  });
}

/** The name of the standby that answers first, or `null`. */
async function findStandby(connection: NatsConnection, shard: number): Promise<string | null> {
  try {
    const timeout = STANDBY_MILLIS_MAX;
    const answer = await connection.request(standbySubject(shard), "", { timeout });
    return answer.json<{ standby: string }>().standby;
  } catch (error) {
    if (error instanceof NatsError) return null;
    throw error;
  }
}
