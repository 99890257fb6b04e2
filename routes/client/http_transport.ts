/**
 * Sends requests until they are answered: signs them anew each time, waits for the limits, comes again
 * where the exchange asks for it, and sets its clock by the exchange's where it is off.
 *
 * A request may reach the exchange more than once. So each one that changes something has an id of
 * its own, the same in every attempt, and the exchange answers the repeat with the first outcome.
 *
 * @module
 */
import { AuthHeader } from "../../core/auth/header_problem.ts";
import { NoAnswerError, type ProblemBody, RefusedError } from "./client_error.ts";
import { RateBudget, type RequestGroup } from "./rate_budget.ts";
import { type ApiKey, signedHeaders } from "./request_signer.ts";
import {
  ATTEMPTS_MAX,
  CLOCK_CODES,
  isOfTheCommand,
  mayBeDone,
  mayComeAgain,
  pauseMillis,
} from "./retry_schedule.ts";

/** How long one attempt may take. */
export const ATTEMPT_MILLIS_MAX = 10_000;
/** How long a request is tried where the options say nothing. */
export const PATIENCE_MILLIS_DEFAULT = 20_000;
const RECV_WINDOW_MILLIS = 5_000;
const MICROS_PER_MILLI = 1_000;

/** Where the exchange is, and who asks. What is left out is the platform's. */
export interface TransportOptions {
  /** Of a gateway, such as `https://exchange.example`, without a path. */
  readonly url: string;
  /** Signs what is not public. */
  readonly key?: ApiKey;
  /** Gives a bearer token in the place of a key: a JSON Web Token of an issuer that is known there. */
  readonly token?: () => string | Promise<string>;
  /** How long a request is tried, in milliseconds. */
  readonly patienceMillis?: number;
  readonly fetch?: typeof fetch;
  readonly nowMillis?: () => number;
  readonly sleep?: (millis: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** A request, as often as it is sent. */
export interface ClientRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly group: RequestGroup;
  readonly content?: object;
  /** The same in every attempt. */
  readonly idempotencyKey?: string;
  readonly isPublic?: boolean;
}

/** An answer that is no problem. */
export interface ClientAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One attempt. */
interface Attempt {
  readonly answer: ClientAnswer | null;
  readonly problem: ProblemBody | null;
  /** What the exchange asked for; 0: nothing. */
  readonly retryAfterSeconds: number;
}

/** Sends the requests of one client. */
export class HttpTransport {
  readonly #options: Required<Omit<TransportOptions, "key" | "token">>;
  readonly #key: ApiKey | undefined;
  readonly #token: (() => string | Promise<string>) | undefined;
  readonly #budget = new RateBudget();
  /** The exchange's clock less this one's. */
  #offsetMillis = 0;

  /** @throws {TypeError} for options that no exchange could make sense of */
  constructor(options: TransportOptions) {
    checkOptions(options);
    this.#key = options.key;
    this.#token = options.token;
    this.#options = {
      url: options.url.replace(/\/+$/, ""),
      patienceMillis: options.patienceMillis ?? PATIENCE_MILLIS_DEFAULT,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      nowMillis: options.nowMillis ?? Date.now,
      sleep: options.sleep ?? ((millis) => new Promise((done) => setTimeout(done, millis))),
      random: options.random ?? Math.random,
    };
  }

  /** URL of the gateway. */
  get url(): string {
    return this.#options.url;
  }

  /** The exchange's time in milliseconds, as far as it is known. */
  get exchangeMillis(): number {
    return this.#options.nowMillis() + this.#offsetMillis;
  }

  /**
   * Sends a request until it is answered.
   *
   * @throws {RefusedError} when the exchange refuses it, for good or for too long
   * @throws {NoAnswerError} when nothing came back in all attempts
   */
  async send(request: ClientRequest): Promise<ClientAnswer> {
    const { isPublic = false, method, path } = request;
    if (!isPublic && this.#key === undefined && this.#token === undefined) {
      throw new TypeError(`${method} ${path} needs a key or a token; the client was given neither`);
    }
    const { nowMillis, patienceMillis, random, sleep } = this.#options;
    const untilMillis = nowMillis() + patienceMillis;
    let failure: unknown;
    // Whether an attempt may have been carried out though nobody said so.
    let isOpen = false;
    for (let attempts = 1;; attempts++) {
      const waitMillis = this.#budget.waitMillis(request.group, nowMillis());
      if (waitMillis > 0 && nowMillis() + waitMillis < untilMillis) await sleep(waitMillis);
      let pause = 0;
      try {
        const { answer, problem, retryAfterSeconds } = await this.#attempt(request);
        if (answer !== null) return answer;
        if (problem === null) throw new Error("an answer without a problem");
        failure = new RefusedError(problem, !isOpen || isOfTheCommand(problem.status));
        isOpen ||= mayBeDone(problem.status) || problem.code === "act_unanswered";
        if (attempts === 1 && CLOCK_CODES.includes(problem.code)) await this.setClock();
        else if (!mayComeAgain(problem.status)) throw failure;
        else pause = pauseMillis(attempts, retryAfterSeconds, random());
      } catch (error) {
        if (error === failure) throw error;
        failure = error;
        isOpen = true;
        pause = pauseMillis(attempts, 0, random());
      }
      if (attempts === ATTEMPTS_MAX || nowMillis() + pause > untilMillis) {
        if (failure instanceof RefusedError) throw failure;
        throw new NoAnswerError(method, path, attempts, failure);
      }
      await sleep(pause);
    }
  }

  async #attempt(request: ClientRequest): Promise<Attempt> {
    const { content, group, method, path } = request;
    const { nowMillis, url } = this.#options;
    const body = content === undefined ? "" : JSON.stringify(content);
    const headers = await this.#headers(request, body);
    // A named timer, for AbortSignal.timeout is not everywhere.
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), ATTEMPT_MILLIS_MAX);
    try {
      const response = await this.#options.fetch(url + path, {
        method,
        headers,
        signal: abort.signal,
        ...(content === undefined ? {} : { body }),
      });
      const text = await response.text();
      const json: unknown = text === "" ? null : JSON.parse(text);
      this.#budget.told(group, response.headers.get("ratelimit"), nowMillis());
      const { ok, status } = response;
      if (ok) return { answer: { status, body: json }, problem: null, retryAfterSeconds: 0 };
      const retryAfterSeconds = Number(response.headers.get("retry-after") ?? 0) || 0;
      return { answer: null, problem: problemOf(json, status), retryAfterSeconds };
    } finally {
      clearTimeout(timer);
    }
  }

  async #headers(request: ClientRequest, body: string): Promise<Record<string, string>> {
    const { idempotencyKey = null, isPublic, method, path } = request;
    const headers: Record<string, string> = {
      ...(body === "" ? {} : { "Content-Type": "application/json" }),
      ...(idempotencyKey === null ? {} : { [AuthHeader.idempotencyKey]: idempotencyKey }),
    };
    if (isPublic) return headers;
    if (this.#token !== undefined) {
      return { ...headers, [AuthHeader.authorization]: `Bearer ${await this.#token()}` };
    }
    if (this.#key === undefined) return headers;
    const parts = { method, pathWithQuery: path, body, idempotencyKey };
    const timestamp = Math.floor(this.exchangeMillis);
    return { ...headers, ...signedHeaders(this.#key, parts, timestamp, RECV_WINDOW_MILLIS) };
  }

  /** Sets the clock by the exchange's, to half of a round trip. */
  async setClock(): Promise<void> {
    const { nowMillis } = this.#options;
    const askedMillis = nowMillis();
    const { answer } = await this.#attempt({
      method: "GET",
      path: "/v1/time",
      group: "reads",
      isPublic: true,
    });
    const { timeMicros } = (answer?.body ?? {}) as { readonly timeMicros?: number };
    if (timeMicros === undefined) return;
    this.#offsetMillis = timeMicros / MICROS_PER_MILLI - (askedMillis + nowMillis()) / 2;
  }
}

/** Says what is missing, rather than to fail at every attempt. */
function checkOptions({ fetch: given, key, url }: TransportOptions): void {
  if (typeof url !== "string" || !/^https?:\/\/[^/?#]+\/*$/.test(url)) {
    const example = "such as https://exchange.example, without a path";
    throw new TypeError(
      `url is ${JSON.stringify(url)}; it takes the address of a gateway, ${example}`,
    );
  }
  for (const name of key === undefined ? [] : ["id", "secret"] as const) {
    if (typeof key?.[name] === "string" && key[name] !== "") continue;
    throw new TypeError(`key.${name} is no text or empty; key takes { id, secret }`);
  }
  if (given === undefined && typeof globalThis.fetch !== "function") {
    throw new TypeError("this platform has no fetch: give the client the option fetch");
  }
}

/** The problem that a body is; one that is none, as a proxy may send it, is made one of. */
function problemOf(json: unknown, status: number): ProblemBody {
  const isProblem = typeof json === "object" && json !== null && "code" in json && "detail" in json;
  if (isProblem) return json as ProblemBody;
  const title = `HTTP ${status}`;
  return {
    code: "no_problem_body",
    status,
    title,
    detail: `${title} without a body`,
    requestId: "",
  };
}
