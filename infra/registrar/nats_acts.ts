/**
 * A gateway's side of acts: hands the signed request on and waits for what became of it.
 *
 * @module
 */
import { ErrorCode, type NatsConnection, NatsError } from "nats.ws";
import {
  ACT_BYTES_MAX,
  ACT_PROBE,
  type ActAnswer,
  type ActRequest,
  isActRefusal,
  type RegistrarStatus,
} from "../../core/protocol/act.ts";
import { actSubject } from "../../core/protocol/subjects.ts";

/** Longest wait for an answer: longer than a leader takes to be replaced. */
export const ACT_MILLIS_MAX = 8_000;
/** Acts of one gateway that may wait for their answers. */
export const ACTS_WAITING_MAX = 256;

/** There is no answer. `isUnknown`: the request may have been carried out all the same. */
export class ActUnansweredError extends Error {
  override readonly name = "ActUnansweredError";
  constructor(readonly isUnknown: boolean, detail: string) {
    super(`the registrar does not answer: ${detail}`);
  }
}

/** Has acts carried out. */
export interface Acts {
  /** @throws {ActUnansweredError} */
  carryOut(request: ActRequest): Promise<ActAnswer>;
  /**
   * What the registrar says of itself.
   *
   * @throws {ActUnansweredError} when it does not answer in `millisMax`
   */
  probe(millisMax: number): Promise<RegistrarStatus>;
}

/** Acts over NATS. Closes with its connection. */
export class NatsActs implements Acts {
  #waiting = 0;

  constructor(readonly connection: NatsConnection, readonly shard: number) {}

  carryOut(request: ActRequest): Promise<ActAnswer> {
    return this.#ask(request, ACT_MILLIS_MAX);
  }

  async probe(millisMax: number): Promise<RegistrarStatus> {
    const answer = await this.#ask(ACT_PROBE, millisMax);
    // One of an earlier version takes it for an act that it does not know: it answers, that is all.
    if (isActRefusal(answer)) return { unreadableKeys: 0 };
    return answer.body as RegistrarStatus;
  }

  async #ask(request: ActRequest | typeof ACT_PROBE, millisMax: number): Promise<ActAnswer> {
    if (this.#waiting >= ACTS_WAITING_MAX) {
      throw new ActUnansweredError(false, `${this.#waiting} requests wait already`);
    }
    this.#waiting++;
    try {
      const subject = actSubject(this.shard);
      const { data } = await this.connection.request(subject, JSON.stringify(request), {
        timeout: millisMax,
      });
      if (data.length > ACT_BYTES_MAX) throw new RangeError(`an answer of ${data.length} bytes`);
      return JSON.parse(new TextDecoder().decode(data));
    } catch (error) {
      const isNobody = error instanceof NatsError && error.code === ErrorCode.NoResponders;
      throw new ActUnansweredError(!isNobody, error instanceof Error ? error.message : "unknown");
    } finally {
      this.#waiting--;
    }
  }
}
