/**
 * `deno task admin servers`: which server of a cluster leads which stream, and that one of them gives
 * up all that it leads before its machine is maintained.
 *
 * @module
 */
import type { JetStreamManager, NatsConnection, StreamInfo } from "nats.ws";
import { streamConfigs } from "../../infra/nats/streams.ts";
import type { AdminCommand, AdminSession, Outcome } from "./admin_command.ts";

/** How long the election of another leader may take. */
const ELECTION_MILLIS_MAX = 10_000;
const ANSWER_MILLIS_MAX = 2_000;
const POLL_MILLIS = 50;

/** The servers cannot be asked, or do not do as they were asked. */
export class ServersError extends Error {
  override readonly name = "ServersError";
}

/** A stream as its leader knows it. */
interface Led {
  readonly stream: string;
  readonly leader: string;
  /** Copies that do not have all that the leader has. */
  readonly behind: readonly string[];
}

/** Commands about the servers of the broker. */
export const SERVER_COMMANDS: readonly AdminCommand[] = [
  {
    words: "servers release",
    usage: "NAME",
    about: "have a server of the cluster give up every stream that it leads; orders wait a moment",
    details: ["NAME  as `deno task admin servers` lists it, such as server-1"],
    values: 1,
    options: {},
    run: release,
  },
  {
    words: "servers",
    usage: "",
    about: "which server of the cluster leads which stream, and whose copies are behind",
    values: 0,
    options: {},
    run: list,
  },
];

async function list(session: AdminSession): Promise<Outcome> {
  const manager = await managerOf(session);
  const streams = await readAll(manager, session.shard);
  const text = streams.map(({ stream, leader, behind }) =>
    `${stream.padEnd(16)} led by ${leader}` +
    (behind.length === 0 ? "" : `; behind: ${behind.join(", ")}`)
  );
  return { text: text.join("\n"), json: streams };
}

async function release(session: AdminSession, [name]: readonly string[]): Promise<Outcome> {
  const manager = await managerOf(session);
  const connection = await session.connection();
  const streams = await readAll(manager, session.shard);
  const late = streams.filter(({ behind }) => behind.length > 0);
  // A leader whose only followers are behind has nobody to give the lead to.
  if (late.length > 0) {
    const [{ behind, stream }] = late;
    throw new ServersError(`${stream} is behind on ${behind.join(", ")}; try again when it is not`);
  }
  const led = streams.filter(({ leader }) => leader === name).map(({ stream }) => stream);
  const began = performance.now();
  for (const stream of led) await stepDown(connection, manager, stream, name);
  const millis = Math.round(performance.now() - began);
  return {
    text: led.length === 0
      ? `${name} leads no stream`
      : `${name} leads no stream any more, after ${millis} ms; it led ${led.join(", ")}`,
    json: { server: name, released: led, millis },
  };
}

/** Without a question that only the leader of all servers answers. */
async function managerOf(session: AdminSession): Promise<JetStreamManager> {
  const connection = await session.connection();
  return await connection.jetstreamManager({ timeout: ANSWER_MILLIS_MAX, checkAPI: false });
}

async function readAll(manager: JetStreamManager, shard: number): Promise<Led[]> {
  const names = streamConfigs({ shards: [shard], replicas: 1 }).map(({ name }) => name as string);
  return await Promise.all(names.map(async (name) => ledOf(await manager.streams.info(name))));
}

function ledOf({ cluster, config }: StreamInfo): Led {
  if (cluster?.leader === undefined || (cluster.replicas ?? []).length === 0) {
    throw new ServersError(`${config.name} has one copy: this broker is no cluster`);
  }
  const behind = (cluster.replicas ?? []).filter(({ current, offline }) => !current || offline);
  return {
    stream: config.name,
    leader: cluster.leader,
    behind: behind.map(({ name }) => name),
  };
}

async function stepDown(
  connection: NatsConnection,
  manager: JetStreamManager,
  stream: string,
  name: string,
): Promise<void> {
  const subject = `$JS.API.STREAM.LEADER.STEPDOWN.${stream}`;
  await connection.request(subject, "", { timeout: ANSWER_MILLIS_MAX });
  const until = performance.now() + ELECTION_MILLIS_MAX;
  while (performance.now() < until) {
    // While nobody leads it, nobody answers for it.
    const info = await manager.streams.info(stream).catch(() => null);
    if (info?.cluster?.leader !== undefined && info.cluster.leader !== name) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
  throw new ServersError(`${name} still leads ${stream}, or nobody does; see deno task doctor`);
}
