/**
 * Answers gateways on `act.<shard>`. Whoever asks must wait for the answer in a gateway's inbox.
 *
 * @module
 */
import type { Msg, NatsConnection } from "nats.ws";
import { ACT_BYTES_MAX, type ActAnswer } from "../../core/protocol/act.ts";
import { actSubject } from "../../core/protocol/subjects.ts";
import { inboxPrefix } from "../../infra/nats/inbox.ts";

/** Requests under way; what comes beyond is refused. */
export const ACTS_UNDER_WAY_MAX = 64;
/** How long {@link ActService.stop} waits for what is under way. */
const STOP_MILLIS_MAX = 500;

const GATEWAY_INBOX = inboxPrefix("gateway", "");

/** What carries a request out; {@link Registrar} does. */
export interface ActTarget {
  carryOut(json: unknown): Promise<ActAnswer | null>;
}

/** A service that runs. */
export interface ActService {
  /** Takes no more requests; settles when those that were taken are answered, or half a second later. */
  stop(): Promise<void>;
}

/** Serves acts over a connection of the user `registrar` until it is stopped. */
export function serveActs(
  connection: NatsConnection,
  shard: number,
  target: ActTarget,
  onError: (error: Error) => void,
): ActService {
  const underWay = new Set<Promise<void>>();
  const answer = async (message: Msg): Promise<void> => {
    try {
      const done = await target.carryOut(message.json());
      const text = JSON.stringify(done ?? { refused: "unknownAct" });
      if (text.length > ACT_BYTES_MAX) throw new RangeError(`an answer of ${text.length} bytes`);
      message.respond(text);
    } catch (error) {
      // Without an answer the client is told that the outcome is not known, which is true.
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const take = (message: Msg): void => {
    if (message.reply?.startsWith(GATEWAY_INBOX) !== true) return;
    if (message.data.length > ACT_BYTES_MAX || underWay.size >= ACTS_UNDER_WAY_MAX) {
      const busy: ActAnswer = { refused: "busy" };
      message.respond(JSON.stringify(busy));
      return;
    }
    const work = answer(message).finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const subscription = connection.subscribe(actSubject(shard), {
    callback: (error, message) => {
      if (error === null) take(message);
    },
  });
  return {
    stop: async () => {
      const bound = Promise.withResolvers<void>();
      const timer = setTimeout(bound.resolve, STOP_MILLIS_MAX);
      const drained = subscription.drain().catch(() => {}).then(() => Promise.allSettled(underWay));
      await Promise.race([drained, bound.promise]);
      clearTimeout(timer);
    },
  };
}
