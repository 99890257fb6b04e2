/**
 * One connection to the WebSocket API: its requests, who it is logged on as, and whose events it
 * carries.
 *
 * Reads are carried out side by side, as many as come at once over several HTTP connections, and what
 * changes something in the order in which it came (call_order.ts).
 * Answers and events wait in one queue of bounded size: who does not read is dropped.
 *
 * @module
 */
import { Outbox, WAITING_BYTES_MAX } from "../../../core/streams/outbox.ts";
import type { Exchange } from "../../exchange.ts";
import type { AppDeps } from "../../gateway.ts";
import { EdgeCode } from "../../problems/edge_code.ts";
import { Problem } from "../../problems/problem.ts";
import type { SocketSource } from "../../streams/socket_stream.ts";
import type { StreamEnd } from "../../streams/stream_end.ts";
import type { StreamTable } from "../../streams/stream_table.ts";
import { binanceError, BinanceProblem } from "../binance_error.ts";
import type { TimeWriter } from "../times.ts";
import { streamTerminated } from "./account_event.ts";
import { answerText } from "./api_answer.ts";
import type { ApiCall, ApiConnection, ApiLogin, Subscriber } from "./api_call.ts";
import { API_REQUEST_LENGTH_MAX, type ApiRequest, readApiRequest } from "./api_request.ts";
import { CallOrder } from "./call_order.ts";
import { UserStream } from "./user_stream.ts";

/** Most requests of one connection that are carried out at the same time, or wait for their turn. */
export const CALLS_MAX = 128;
/** Most requests of one connection within a second; beyond them it is closed. */
export const REQUESTS_PER_SECOND_MAX = 1_000;
/** Most accounts whose events one connection carries. */
export const SUBSCRIPTIONS_MAX = 20;
/** How long a connection carries an account's events: as long as one lasts at Binance. */
export const SUBSCRIPTION_MICROS = 24 * 3_600 * 1_000_000;

const MICROS_PER_SECOND = 1_000_000;
/** What an answer counts for at most, so that one always fits where nothing waits. */
const ANSWER_BYTES_MAX = WAITING_BYTES_MAX / 2;

/** What a session works with. */
export interface ApiSessionOptions {
  readonly deps: AppDeps;
  readonly table: StreamTable;
  readonly time: TimeWriter;
  /** Whether answers say how much of the limits is used, where the request does not say it. */
  readonly showsLimits: boolean;
  /** Carries a request out. */
  readonly carryOut: (call: ApiCall) => Promise<Response>;
  /** Called whenever something waits to be read. */
  readonly wake: () => void;
  /** Called once. */
  readonly end: (reason: StreamEnd) => void;
}

interface Subscription {
  readonly stream: UserStream;
  readonly isOfSession: boolean;
}

/** One connection. */
export class ApiSession implements ApiConnection, SocketSource<string> {
  readonly conflated = 0;
  readonly connectedMicros: number;
  readonly #options: ApiSessionOptions;
  readonly #outbox = new Outbox<string>();
  readonly #order = new CallOrder();
  readonly #subscriptions = new Map<number, Subscription>();
  #nextId = 0;
  #login: ApiLogin | null = null;
  #calls = 0;
  #secondMicros = -Infinity;
  #requests = 0;
  #isEnded = false;

  constructor(options: ApiSessionOptions) {
    this.#options = options;
    this.connectedMicros = options.deps.nowMicros();
  }

  get time(): TimeWriter {
    return this.#options.time;
  }

  get showsLimits(): boolean {
    return this.#options.showsLimits;
  }

  get login(): ApiLogin | null {
    return this.#login;
  }

  get subscriptionIds(): number[] {
    return [...this.#subscriptions.keys()];
  }

  get hasSubscriptions(): boolean {
    return this.#subscriptions.size > 0;
  }

  /** Takes what the client has sent. Never throws. */
  take(data: unknown): void {
    if (this.#isEnded) return;
    const length = typeof data === "string" ? data.length : (data as ArrayBuffer).byteLength;
    if (length > API_REQUEST_LENGTH_MAX) return this.end("message_too_large");
    if (!this.#mayAsk()) return this.end("too_many_messages");
    const read = readApiRequest(data);
    const fault = "msg" in read ? read.msg : null;
    const request = "msg" in read ? { id: read.id, method: "", parameters: new Map() } : read;
    if (this.#calls >= CALLS_MAX) return this.#refuse(request);
    void this.#answer({ request, session: this, fault });
  }

  logOn(login: ApiLogin): void {
    this.#login = login;
  }

  logOut(): void {
    this.#login = null;
    for (const [id, { isOfSession }] of [...this.#subscriptions]) {
      if (isOfSession) this.#terminate(id);
    }
  }

  async subscribe(exchange: Exchange, subscriber: Subscriber): Promise<number | Problem> {
    const refusal = this.#subscriptionRefusal(subscriber.account);
    if (refusal !== null) return refusal;
    const { deps, table, time } = this.#options;
    const { account, keyId, isOfSession } = subscriber;
    const id = this.#nextId++;
    const untilMicros = exchange.nowMicros + SUBSCRIPTION_MICROS;
    const stream = new UserStream({
      backend: exchange.backend,
      deps,
      table,
      time,
      owner: { account, keyId, untilMicros },
      put: (event) => this.#put(eventText(id, event)),
      ended: (reason) => this.end(reason),
    });
    this.#subscriptions.set(id, { stream, isOfSession });
    const problem = await stream.start();
    if (problem === null) return id;
    stream.close();
    this.#subscriptions.delete(id);
    return problem;
  }

  unsubscribe(id: number | null): boolean {
    const ids = id === null ? this.subscriptionIds : [id];
    const isDone = ids.some((one) => this.#subscriptions.has(one));
    for (const one of ids) this.#terminate(one);
    return isDone;
  }

  next(): string | undefined {
    return this.#outbox.take();
  }

  /** Does what is due by the steady clock. */
  sweep(steadyMicros: number): void {
    for (const { stream } of this.#subscriptions.values()) stream.sweep(steadyMicros);
  }

  end(reason: StreamEnd | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const { stream } of this.#subscriptions.values()) stream.close();
    // What still waits is let go: the last thing that is read is that nothing follows.
    this.#outbox.clear();
    if (reason !== null) {
      for (const id of this.#subscriptions.keys()) this.#outbox.put(this.#farewell(id), 0, null);
      this.#options.wake();
      this.#options.end(reason);
    }
    this.#subscriptions.clear();
  }

  async #answer(call: ApiCall): Promise<void> {
    const { id, method, parameters } = call.request;
    const { carryOut, deps, showsLimits, time } = this.#options;
    const asked = parameters.get("returnRateLimits");
    this.#calls++;
    try {
      const text = await answerText(await this.#order.run(method, () => carryOut(call)), {
        id,
        showsLimits: asked === undefined ? showsLimits : asked === "true",
        time,
        nowMicros: deps.nowMicros(),
      });
      this.#put(text, Math.min(text.length, ANSWER_BYTES_MAX));
    } catch (error) {
      deps.log("error", `WebSocket API: ${error instanceof Error ? error.stack : error}`);
      this.end("unavailable");
    }
    this.#calls--;
  }

  /** Without carrying it out: as when the gateway has too much to do. */
  #refuse({ id }: ApiRequest): void {
    const msg =
      "Server is currently overloaded with other requests. Please try again in a few minutes.";
    const error = JSON.stringify({ code: -1008, msg });
    this.#put(`{"id":${id},"status":503,"error":${error},"rateLimits":[]}`);
  }

  #subscriptionRefusal(account: number): Problem | null {
    const all = [...this.#subscriptions.values()];
    if (all.some(({ stream }) => stream.account === account)) {
      const error = binanceError(-2035, "User Data Stream subscription already active.");
      return new BinanceProblem(EdgeCode.invalidCombination, error);
    }
    if (all.length < SUBSCRIPTIONS_MAX) return null;
    const msg = `Too many subscriptions. Connection may create up to '${SUBSCRIPTIONS_MAX}' ` +
      "subscriptions at a time.";
    return new BinanceProblem(EdgeCode.tooManyChannels, binanceError(-1191, msg));
  }

  #terminate(id: number): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return;
    this.#subscriptions.delete(id);
    subscription.stream.close();
    this.#put(this.#farewell(id));
  }

  #farewell(id: number): string {
    const { deps, time } = this.#options;
    return eventText(id, streamTerminated({ time, nowMicros: deps.nowMicros() }));
  }

  #put(text: string, bytes: number = text.length): void {
    if (this.#isEnded) return;
    if (this.#outbox.put(text, bytes, null) === "over") return this.end("slow_reader");
    this.#options.wake();
  }

  #mayAsk(): boolean {
    const nowMicros = this.#options.deps.steadyMicros();
    if (nowMicros - this.#secondMicros >= MICROS_PER_SECOND) {
      this.#secondMicros = nowMicros;
      this.#requests = 0;
    }
    return ++this.#requests <= REQUESTS_PER_SECOND_MAX;
  }
}

const eventText = (id: number, event: object): string =>
  `{"subscriptionId":${id},"event":${JSON.stringify(event)}}`;
