/**
 * Runs the gateway's entry as Deno Deploy would, and asks whether it lives.
 *
 * @module
 */

import { mintUser } from "../../infra/nats/mint.ts";
import { createNkey, NkeyKind } from "../../infra/nats/nkey.ts";
import { userTable } from "../../infra/nats/users.ts";
import { ENTRYPOINT } from "./staged_deploy.ts";
import type { Runtime } from "./runtime.ts";

/** How long an instance may take until it answers. */
const START_MILLIS_MAX = 20_000;
/** How long Deploy waits after SIGINT before it kills. */
const STOP_MILLIS_MAX = 5_000;
const POLL_MILLIS = 50;

/** Credentials as a gateway gets them, of an account that no server knows. */
async function strangersCredentials(): Promise<string> {
  const account = await createNkey(NkeyKind.account);
  const { creds } = await mintUser({
    signingSeed: account.seed,
    accountPublicKey: account.publicKey,
    name: "gateway",
    grant: { permissions: userTable([0]).gateway },
    ttlSeconds: 600,
    nowMillis: Date.now(),
  });
  return creds;
}

/**
 * What Deploy gives the gateway, here with a broker that nobody serves: an instance must come up,
 * and say that it lives, before it has reached anything.
 */
async function environment(port: number): Promise<Record<string, string>> {
  return {
    EDGEBOOK_HOST: "127.0.0.1",
    EDGEBOOK_PORT: String(port),
    EDGEBOOK_NATS_URL: "ws://127.0.0.1:1",
    EDGEBOOK_NATS_CREDENTIALS: await strangersCredentials(),
    EDGEBOOK_MASTER_KEY: "00".repeat(32),
  };
}

/** A port that is free now. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** The answer of the path, asked again until there is one, or until the time is over. */
async function firstAnswer(url: string, ended: () => boolean): Promise<Response | undefined> {
  const deadline = performance.now() + START_MILLIS_MAX;
  while (performance.now() < deadline && !ended()) {
    try {
      return await fetch(url);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    }
  }
  return undefined;
}

/** What was seen of an instance from its start to its end. */
export interface GatewayRun {
  /** Status of `GET /health/live`; `undefined` when it never answered. */
  readonly liveStatus: number | undefined;
  /** Whether it ended by itself within the time that Deploy gives it after SIGINT. */
  readonly stoppedInTime: boolean;
  /** What it wrote to standard error. */
  readonly errors: string;
}

/**
 * Starts the entry in a staged folder from the cache alone, with a frozen lock, no prompt and no
 * permissions but network and environment; asks `GET /health/live`; stops it as Deploy does.
 */
export async function runGateway(runtime: Runtime, folder: string): Promise<GatewayRun> {
  const port = freePort();
  const child = new Deno.Command(runtime.executable, {
    args: [
      "run",
      "--cached-only",
      "--frozen",
      "--no-prompt",
      "--allow-net",
      "--allow-env",
      ENTRYPOINT,
    ],
    cwd: folder,
    clearEnv: true,
    env: { ...runtime.env, NO_COLOR: "1", ...await environment(port) },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let ended = false;
  const status = child.status.then(() => ended = true);

  const answer = await firstAnswer(`http://127.0.0.1:${port}/health/live`, () => ended);
  await answer?.body?.cancel();

  if (!ended) child.kill("SIGINT");
  let killed = false;
  const limit = setTimeout(() => {
    killed = true;
    child.kill("SIGKILL");
  }, STOP_MILLIS_MAX);
  await status;
  clearTimeout(limit);
  return { liveStatus: answer?.status, stoppedInTime: !killed, errors: await errors };
}
