/**
 * A real nats-server for the length of a test.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { relayBuckets } from "../../../infra/nats/bucket_relay.ts";
import {
  connectNats,
  RECONNECT_JITTER_MILLIS,
  RECONNECT_WAIT_MILLIS,
} from "../../../infra/nats/connect.ts";
import { launchNats, type LaunchOptions, type RunningNats } from "../../../infra/nats/launch.ts";
import { ensureStreams } from "../../../infra/nats/streams.ts";
import type { UserName } from "../../../infra/nats/users.ts";

/** A server and connections to it, all of which end with the test. */
export interface TemporaryNats {
  readonly server: RunningNats;
  readonly dataDirectory: string;
  /** Connects as one of the users. */
  connectAs(user: UserName): Promise<NatsConnection>;
  /** Connects with the text of a credentials file. */
  connectWith(credentials: string): Promise<NatsConnection>;
}

/**
 * Launches a server in a folder of its own; unless told otherwise the streams are made, and gateways'
 * requests to buckets are relayed.
 */
export async function withNats(
  body: (nats: TemporaryNats) => Promise<void>,
  options: Partial<LaunchOptions> & { streams?: boolean } = {},
): Promise<void> {
  const dataDirectory = await Deno.makeTempDir({ prefix: "edgebook-nats-" });
  const open: NatsConnection[] = [];
  let server: RunningNats | undefined;
  try {
    const running = await launchNats({ dataDirectory, say: () => {}, ...options });
    server = running;
    const connectWith = async (credentials: string) => {
      const servers = running.webSocketUrl;
      const connection = await connectNats({ servers, credentials, name: "test" });
      open.push(connection);
      return connection;
    };
    const connectAs = (user: UserName) => connectWith(running.credentials[user]);
    if (options.streams !== false) {
      await ensureStreams(await connectAs("admin"), { shards: [0], replicas: 1 });
      const relaying = await connectAs("history");
      relayBuckets(relaying);
      await relaying.flush();
    }
    await body({ server: running, dataDirectory, connectAs, connectWith });
  } finally {
    await Promise.allSettled(open.map((connection) => connection.close()));
    await server?.stop();
    const signal = server === undefined ? null : (await server.exited).signal;
    // A client that is closed between two attempts to reconnect leaves the timer of its wait behind.
    if (signal === "SIGKILL") await pause(RECONNECT_WAIT_MILLIS + RECONNECT_JITTER_MILLIS + 20);
    await Deno.remove(dataDirectory, { recursive: true });
  }
}

const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));
