/**
 * The Worker of the history projection.
 *
 * | From the matching process | To it |
 * | --- | --- |
 * | {@link HistoryStart}, once | |
 * | `{lead: true}`: publish and answer from now on | `{ready: true}` when it does and has caught up |
 * | `{stop: true}` | `{stopped: true}` when the database is closed |
 * | | `{failure: "…"}` when history cannot go on and a person has to look |
 *
 * Needs network access to the broker, and read and write access to the database and to the two
 * files beside it (`-wal`, `-shm`).
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import * as v from "valibot";
import { relayBuckets } from "../../infra/nats/bucket_relay.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { HistoryService } from "./history_service.ts";

const START = v.object({
  /** WebSocket endpoint of the broker. */
  natsUrl: v.string(),
  /** Text of the credentials file of the user `history`. A secret. */
  credentials: v.string(),
  natsSocket: v.picklist(["ws", "native"]),
  shard: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Path of the database. Its folder must exist. */
  databasePath: v.pipe(v.string(), v.nonEmpty()),
});

/** The first message to the Worker. */
export type HistoryStart = v.InferOutput<typeof START>;

const STOP = v.object({ stop: v.literal(true) });
const LEAD = v.object({ lead: v.literal(true) });

const say = (line: string) => console.error(`history: ${line}`);
const fail = (reason: unknown) => {
  const failure = reason instanceof Error ? reason.message : String(reason);
  say(failure);
  self.postMessage({ failure });
};

/** Ends what was started. */
let stop: () => Promise<void> = () => Promise.resolve();
const leading = Promise.withResolvers<void>();

self.onmessage = (event: MessageEvent) => {
  if (v.is(STOP, event.data)) {
    void stop().catch(fail).then(() => self.postMessage({ stopped: true }));
  } else if (v.is(LEAD, event.data)) leading.resolve();
  else {
    const start = v.safeParse(START, event.data);
    if (start.success) void run(start.output).catch(fail);
    else fail(`the start message is not valid: ${v.getDotPath(start.issues[0])}`);
  }
};

async function run(options: HistoryStart): Promise<void> {
  const { credentials, databasePath, natsSocket, natsUrl, shard } = options;
  const connection = await connectNats({
    servers: natsUrl,
    credentials,
    name: `history-${shard}`,
    socket: natsSocket,
    waitForServer: true,
  });
  // Gateways have no JetStream rights; this Worker carries their gets and puts out.
  const relay = relayBuckets(connection);
  const service = new HistoryService({ connection, shard, databasePath, say });
  let isStopping = false;
  stop = async () => {
    isStopping = true;
    await relay.stop();
    await service.stop();
    await connection.close();
  };
  void connection.closed().then((error) => {
    if (!isStopping) fail(`the broker closed the connection: ${error?.message ?? "no reason"}`);
  });
  void leading.promise.then(() => service.lead());
  void service.ready.then(() => self.postMessage({ ready: true }));
  await service.run();
}
