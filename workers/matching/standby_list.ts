/**
 * Who stands by for a shard, as its leader knows it.
 *
 * @module
 */
import { type NatsConnection, RequestStrategy } from "nats.ws";
import { standbySubject } from "../../core/protocol/subjects.ts";

/** Time between two questions. */
const ASK_MILLIS = 1_000;
/** How long standbys may take to answer. */
const ANSWER_MILLIS_MAX = 500;

/** Asks for standbys again and again, until the connection ends. */
export class StandbyList {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  #names: readonly string[] = [];

  constructor(connection: NatsConnection, shard: number) {
    this.#connection = connection;
    this.#subject = standbySubject(shard);
    const timer = setInterval(() => void this.#ask(), ASK_MILLIS);
    connection.closed().then(() => clearInterval(timer));
    void this.#ask();
  }

  /** Names of those that answered last, in their order. */
  get names(): readonly string[] {
    return this.#names;
  }

  async #ask(): Promise<void> {
    const names: string[] = [];
    try {
      const answers = await this.#connection.requestMany(this.#subject, "", {
        strategy: RequestStrategy.Timer,
        maxWait: ANSWER_MILLIS_MAX,
      });
      for await (const message of answers) {
        if (message.data.length > 0) names.push(message.json<{ standby: string }>().standby);
      }
    } catch {
      // Nobody stands by, or the broker does not answer: it is asked again.
    }
    this.#names = names.sort();
  }
}
