/**
 * What the REST bench loads: the whole market as `deno task start` runs it, the plain forwarding and
 * its responder, and bare Hono; each a process of its own.
 *
 * @module
 */
import { RedisServer } from "../../tests/support/redis_server.ts";
import { startUpstashShim } from "../../tests/support/upstash_shim.ts";
import { addIssuer } from "./bearer_issuer.ts";
import type { SigningKey } from "./prepared_requests.ts";

/** The processes of the bench, and where they answer. */
export interface RestVenue {
  readonly gatewayUrl: string;
  readonly forwardingUrl: string;
  readonly helloUrl: string;
  readonly keys: readonly SigningKey[];
  /** Bearer tokens of the accounts of the keys. */
  readonly tokens: readonly string[];
  stop(): Promise<void>;
}

/** Limits that the load does not reach: the decision is made for every order all the same. */
const LIMITS = {
  EDGEBOOK_LIMIT_TOTAL_RATE: "200000",
  EDGEBOOK_LIMIT_KEY_RATE: "1000000",
  EDGEBOOK_LIMIT_ADDRESS_RATE: "1000000",
};

interface Ready {
  readonly gateway: string;
  readonly natsWebSocket: string;
  readonly keys: readonly (SigningKey & { readonly account: string })[];
}

/**
 * Starts everything on a fresh data directory, the limits in a Redis behind the Upstash protocol as a
 * deployed gateway has them.
 */
export async function startRestVenue(directory: string): Promise<RestVenue> {
  const data = `${directory}/data`;
  const redis = await RedisServer.start();
  const shim = await startUpstashShim(redis.port);
  const children: Deno.ChildProcess[] = [];
  const start = async (module: string, args: string[], env: Record<string, string>) => {
    const path = new URL(module, import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", path, ...args],
      env: { ...LIMITS, ...env },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    children.push(child);
    return await firstLine(child, module);
  };
  const ready = await start(
    "../../workers/supervisor/start_main.ts",
    ["--json", "--data", data, "--port", "0"],
    {
      EDGEBOOK_LIMITER: "upstash",
      UPSTASH_REDIS_REST_URL: shim.url,
      UPSTASH_REDIS_REST_TOKEN: shim.token,
    },
  ) as Ready;
  const credentials = (user: string) => Deno.readTextFile(`${data}/nats/creds/${user}.creds`);
  const nats = { EDGEBOOK_NATS_URL: ready.natsWebSocket };
  await start("./responder_main.ts", [], {
    ...nats,
    EDGEBOOK_NATS_CREDENTIALS: await credentials("matcher"),
  });
  const forwarding = await start("./forwarding_main.ts", [], {
    ...nats,
    EDGEBOOK_NATS_CREDENTIALS: await credentials("gateway"),
    EDGEBOOK_MASTER_KEY: await readMasterKey(data),
  }) as { port: number };
  const hello = await start("./hello_main.ts", [], {}) as { port: number };
  const gatewayUrl = new URL(ready.gateway).origin;
  return {
    gatewayUrl,
    forwardingUrl: `http://127.0.0.1:${forwarding.port}`,
    helloUrl: `http://127.0.0.1:${hello.port}`,
    keys: ready.keys.filter(({ account }) => account !== "admin"),
    tokens: await addIssuer(data),
    stop: async () => {
      for (const child of children.reverse()) await end(child);
      await shim[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

async function readMasterKey(data: string): Promise<string> {
  for await (const { name } of Deno.readDir(`${data}/secrets`)) {
    const text = (await Deno.readTextFile(`${data}/secrets/${name}`)).trim();
    if (/^[0-9a-f]{64}$/.test(text)) return text;
  }
  throw new Error(`${data}/secrets has no master key`);
}

async function firstLine(child: Deno.ChildProcess, module: string): Promise<unknown> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) return JSON.parse(text.slice(0, text.indexOf("\n")));
  }
  throw new Error(`${module} ended with code ${(await child.status).code}`);
}

async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended by itself.
  }
  await child.status;
  await child.stdout.cancel().catch(() => {});
}
