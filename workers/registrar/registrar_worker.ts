/**
 * The Worker of the registrar. The process that leads has it serve; it knows the keys already then.
 *
 * | From the matching process | To it |
 * | --- | --- |
 * | {@link RegistrarStart}, once | |
 * | `{lead: true}`: serve from now on | `{ready: true}` when it does |
 * | `{stop: true}` | `{stopped: true}` |
 * | | `{failure: "…"}` when it cannot go on |
 *
 * Needs network access to the broker. It holds the master key: what it seals gateways open.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import * as v from "valibot";
import { AdminClient } from "../../infra/administration/admin_client.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { journalOver, KeyChanges } from "../../infra/keys/key_changes.ts";
import { readLastUsesOf } from "../../infra/keys/last_use.ts";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { MasterKeySource } from "../../infra/keys/master_key_source.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import { failureText } from "../../infra/nats/errors.ts";
import { followReference } from "../../infra/reference/reference.ts";
import { followAccountKeys } from "./account_keys.ts";
import type { RegistrarParts } from "./act.ts";
import { serveActs } from "./act_service.ts";
import { auditOver } from "./audit_act.ts";
import { Registrar } from "./registrar.ts";

/** How long a command or a question to the leader may take; gateways wait a little longer. */
const LEADER_MILLIS_MAX = 5_000;
/** Authors whose senders are kept; the one that was made first goes first. */
const AUTHORS_MAX = 64;
const MICROS_PER_MILLI = 1_000;

const START = v.object({
  /** WebSocket endpoint of the broker. */
  natsUrl: v.string(),
  /** Text of the credentials file of the user `registrar`. A secret. */
  credentials: v.string(),
  natsSocket: v.picklist(["ws", "native"]),
  shard: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Opens and seals API keys. A secret. */
  masterKey: v.string(),
  /** Where a newer one will be; empty: nowhere. */
  masterKeyFile: v.string(),
  /** See RegistrarParts of act.ts. */
  trustsSecrets: v.boolean(),
});
/** The first message to the Worker. */
export type RegistrarStart = v.InferOutput<typeof START>;

const STOP = v.object({ stop: v.literal(true) });
const LEAD = v.object({ lead: v.literal(true) });

const say = (line: string) => console.error(`registrar: ${line}`);
const fail = (reason: unknown) => {
  const failure = failureText(reason);
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

async function run(start: RegistrarStart) {
  const { credentials, masterKey, natsSocket, natsUrl, shard, trustsSecrets } = start;
  const onError = (error: Error) => say(error.message);
  const connection = await connectNats({
    servers: natsUrl,
    credentials,
    name: `registrar-${shard}`,
    socket: natsSocket,
    waitForServer: true,
  });
  const file = start.masterKeyFile === ""
    ? null
    : new MasterKeySource(start.masterKeyFile, onError);
  const store = await KeyStore.open(
    connection,
    masterKey,
    file === null ? null : () => file.read(),
  );
  const accountKeys = followAccountKeys(connection, store, onError);
  const reference = followReference(connection, onError);
  const clients = new Map<string, AdminClient>();
  const clientOf = (author: string): AdminClient => {
    let client = clients.get(author);
    if (client !== undefined) return client;
    client = new AdminClient(connection, shard, LEADER_MILLIS_MAX, author);
    const [oldest] = clients.keys();
    if (clients.size >= AUTHORS_MAX && oldest !== undefined) clients.delete(oldest);
    clients.set(author, client);
    return client;
  };
  const parts: RegistrarParts = {
    load: (id) => store.load(id),
    changes: (author) => new KeyChanges(store, journalOver(clientOf(author))),
    accountKeys: accountKeys.keys,
    lastUses: (ids) => readLastUsesOf(connection, ids),
    send: (author, command, once) => clientOf(author).send(command, once),
    account: (account) =>
      queryLeader(connection, shard, { kind: "account", account }, LEADER_MILLIS_MAX),
    trustsSecrets,
    reference,
    audit: auditOver(connection, shard, reference),
    nowMicros: () => Date.now() * MICROS_PER_MILLI,
    onError,
  };
  stop = async () => {
    await service?.stop();
    await Promise.all([accountKeys.follower.stop(), reference.stop(), connection.close()]);
  };
  let service: ReturnType<typeof serveActs> | null = null;
  await Promise.all([accountKeys.follower.caughtUp, reference.caughtUp, leading.promise]);
  service = serveActs(connection, shard, new Registrar(parts), onError);
  // Whoever is told so may ask at once: the subscription must have reached the broker.
  await connection.flush();
  self.postMessage({ ready: true });
}
