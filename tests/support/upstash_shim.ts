/**
 * The Upstash REST protocol in front of a real Redis, for tests.
 *
 * `POST /` runs one command, `/pipeline` several, `/multi-exec` several in one transaction. Every
 * path asks for the bearer token; with `Upstash-Encoding: base64` strings come back encoded, except
 * the plain `OK`, as Upstash does it.
 *
 * @module
 */
import { Hono } from "hono";
import { Redis } from "ioredis";

const HOST = "127.0.0.1";
/** What Upstash answers to a wrong token. */
const UNAUTHORIZED = "WRONGPASS invalid or missing auth token";

/** A running shim. Dispose of it (`await using`) to close both of its sides. */
export interface UpstashShim extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** HTTP requests served so far. */
  readonly requests: number;
  /** Makes every answer wait this long; 0 ends it. */
  delayMillis: number;
}

type Outcome = { result: unknown } | { error: string };

/** Starts the protocol in front of the Redis on `redisPort`, on a free port of its own. */
export async function startUpstashShim(redisPort: number): Promise<UpstashShim> {
  const redis = new Redis({
    host: HOST,
    port: redisPort,
    protocol: 2,
    // A dead server is an error at once, and a new one is found quickly.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 20,
  });
  redis.on("error", () => {});
  if (redis.status !== "ready") await new Promise((resolve) => redis.once("ready", resolve));
  const token = crypto.randomUUID();
  const state = { requests: 0, delayMillis: 0 };
  const app = shimApp(redis, token, state);
  const server = Deno.serve({ hostname: HOST, port: 0, onListen() {} }, app.fetch);
  return {
    url: `http://${HOST}:${server.addr.port}`,
    token,
    get requests() {
      return state.requests;
    },
    get delayMillis() {
      return state.delayMillis;
    },
    set delayMillis(millis: number) {
      state.delayMillis = millis;
    },
    async [Symbol.asyncDispose]() {
      state.delayMillis = 0;
      await server.shutdown();
      const closed = new Promise((resolve) => redis.once("end", resolve));
      const open = redis.status !== "end";
      redis.disconnect();
      if (open) await closed;
    },
  };
}

function shimApp(
  redis: Redis,
  token: string,
  state: { requests: number; delayMillis: number },
): Hono {
  const app = new Hono();
  // A request whose client has given it up cannot be read to its end, and nobody sees this.
  app.onError((error, c) => c.json({ error: messageOf(error) }, 400));
  app.use(async (c, next) => {
    state.requests++;
    const authorized = c.req.header("authorization") === `Bearer ${token}`;
    return authorized ? await next() : c.json({ error: UNAUTHORIZED }, 401);
  });
  app.use(async (_, next) => {
    await next();
    if (state.delayMillis === 0) return;
    await new Promise((resolve) => setTimeout(resolve, state.delayMillis));
  });
  app.post("/", async (c) => {
    const outcome = await run(redis, await c.req.json());
    const encode = c.req.header("upstash-encoding") === "base64";
    return c.json(encode ? encoded(outcome) : outcome, "error" in outcome ? 400 : 200);
  });
  app.post("/pipeline", async (c) => {
    const commands: unknown[][] = await c.req.json();
    const outcomes = await Promise.all(commands.map((command) => run(redis, command)));
    const encode = c.req.header("upstash-encoding") === "base64";
    return c.json(encode ? outcomes.map(encoded) : outcomes);
  });
  app.post("/multi-exec", async (c) => {
    const commands: unknown[][] = await c.req.json();
    const encode = c.req.header("upstash-encoding") === "base64";
    try {
      const results = await redis.multi(commands.map(asCommand)).exec();
      const outcomes = (results ?? []).map(([error, result]): Outcome =>
        error === null ? { result } : { error: error.message }
      );
      return c.json(encode ? outcomes.map(encoded) : outcomes);
    } catch (error) {
      return c.json({ error: messageOf(error) }, 400);
    }
  });
  return app;
}

async function run(redis: Redis, command: unknown): Promise<Outcome> {
  if (!Array.isArray(command) || command.length === 0) return { error: "ERR empty command" };
  const [name, ...values] = asCommand(command);
  try {
    return { result: await redis.call(name, ...values) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

const asCommand = (command: unknown[]): [string, ...string[]] =>
  command.map(String) as [string, ...string[]];

const messageOf = (error: unknown): string => error instanceof Error ? error.message : "ERR failed";

const encoded = (outcome: Outcome): Outcome =>
  "error" in outcome ? outcome : { result: encodedValue(outcome.result) };

function encodedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encodedValue);
  if (typeof value !== "string" || value === "OK") return value;
  return btoa(String.fromCharCode(...new TextEncoder().encode(value)));
}
