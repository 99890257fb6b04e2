/**
 * The kill switch of an instrument with a large book, under kill -9 of the matching process in the
 * middle of it: asked for again with the same Idempotency-Key it goes on where it ended, and every
 * order is canceled once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { NatsConnection } from "nats.ws";
import { CANCELS_PER_COMMAND_MAX as CANCELS_MAX } from "../../core/matching/shard_state.ts";
import { EventFlag, EventKind, EventWord } from "../../core/protocol/event_record.ts";
import { frameCount, RECORD_BYTES } from "../../core/protocol/frame.ts";
import { POSITIONED_BODY_BYTES, positionEpoch } from "../../core/protocol/position.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { eventsStream } from "../../core/protocol/subjects.ts";
import { readU64, WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { connectTo } from "../../workers/operator/operator_connection.ts";
import { ClientFrame } from "../support/client_frames.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import {
  eventually,
  keyOf,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { chaosRandom } from "./chaos_seed.ts";

const ACCOUNTS = ["1", "2", "3"];
/** As many as an account may have open. */
const ORDERS_EACH = 10_000;
const ORDERS = ACCOUNTS.length * ORDERS_EACH;
const FRAME_RECORDS = 2_000;
const COMMANDS = ORDERS / CANCELS_MAX;
const PATH = "/v1/admin/instruments/BTC-USD/kill";
const RECV_WINDOW_MILLIS = 60_000;
const STATE_MILLIS_MAX = 5_000;
const REPEAT_MILLIS_MAX = 2_000;
const FUNDS = { USD: "100000000", BTC: "1000" };

async function admin(data: string, ...args: string[]): Promise<RestKey> {
  const { code, stdout, stderr } = await runTask("admin", ["--data", data, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** The keys of all accounts; those that the market does not come with are opened and funded. */
async function openAccounts(data: string, line: ReadyLine): Promise<RestKey[]> {
  const operator = new RestClient(line.gateway, keyOf(line, "admin"));
  for (const account of ACCOUNTS.slice(2)) {
    await operator.request("POST", "/v1/admin/accounts", { account });
    for (const [asset, amount] of Object.entries(FUNDS)) {
      const body = { reference: `${asset}-${account}`, asset, amount };
      const { json, status } = await operator.request(
        "POST",
        `/v1/admin/accounts/${account}/deposits`,
        body,
      );
      assert.equal(status, 201, JSON.stringify(json));
    }
  }
  const made = ACCOUNTS.slice(2).map((account) =>
    admin(data, "keys", "create", account, "--scopes", "read,trade")
  );
  return [keyOf(line, "1"), keyOf(line, "2"), ...await Promise.all(made)];
}

/** Rests an account's orders on both sides, far from each other. */
async function fillBook(line: ReadyLine, key: RestKey): Promise<void> {
  const client = new RestClient(line.gateway, key);
  await eventually("the key to be known", async () => {
    return (await client.request("GET", "/v1/balances")).status === 200 || undefined;
  });
  for (let from = 0; from < ORDERS_EACH; from += FRAME_RECORDS) {
    const frame = new ClientFrame(FRAME_RECORDS);
    for (let number = from; number < from + FRAME_RECORDS; number++) {
      const side = number % 2;
      const priceTicks = (side === 0 ? 4_000_000 : 6_000_000) + number % 97;
      frame.place({ side, priceTicks, quantityLots: 1 + number % 7 });
    }
    const body = frame.seal();
    const digest = createHash("sha256").update(body).digest("hex");
    const headers = {
      ...client.headersOf("POST", "/v1/frames", digest, { recvWindowMillis: RECV_WINDOW_MILLIS }),
      "Content-Type": "application/vnd.edgebook.frame",
    };
    // The very same again is no second frame: a busy machine may need more than one attempt.
    await eventually("a frame of orders", async () => {
      const response = await fetch(`${line.gateway}/v1/frames`, { method: "POST", headers, body });
      await response.arrayBuffer();
      return response.status === 200 || undefined;
    });
  }
}

/** Asks for the kill, signed anew, always under the same name. `null`: its outcome is not known. */
async function ask(operator: RestClient, gateway: string, signal: AbortSignal) {
  const name = "kill-of-the-day";
  const headers = operator.headersOf(`${name}\nPOST`, PATH, "", {
    headers: { "Idempotency-Key": name },
  });
  try {
    const response = await fetch(gateway + PATH, { method: "POST", headers, signal });
    const json = await response.json();
    if (response.status === 503) return null;
    assert.equal(response.status, 200, JSON.stringify(json));
    return json;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return null;
  }
}

const stateOf = (connection: NatsConnection) =>
  queryLeader(connection, 0, { kind: "state" }, STATE_MILLIS_MAX);

/** Kills the matching process once so many orders are gone. */
async function killInside(market: StartedMarket, connection: NatsConnection, gone: number) {
  const pid = market.pidOf("matching");
  let { liveOrders } = await stateOf(connection);
  while (liveOrders > ORDERS - gone) ({ liveOrders } = await stateOf(connection));
  Deno.kill(pid, "SIGKILL");
  await eventually("another matching process", () => market.pidOf("matching") !== pid || undefined);
}

/** What the events stream says of the kill. */
interface Story {
  /** By order id, how often it was canceled. */
  readonly canceled: ReadonlyMap<number, number>;
  /** Of each cancel of the instrument that was carried out: epoch, orders, whether more were left. */
  readonly cancels: readonly {
    readonly epoch: number;
    readonly of: number;
    readonly left: number;
  }[];
  /** Outcomes that were told again. */
  readonly repeats: number;
}

async function readStory(connection: NatsConnection): Promise<Story> {
  const manager = await connection.jetstreamManager({ checkAPI: false });
  const stream = eventsStream(0);
  const { state } = await manager.streams.info(stream);
  const canceled = new Map<number, number>();
  const cancels = [];
  let repeats = 0;
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const { data } = await manager.streams.getMessage(stream, { seq });
    const message = WireBuffer.copyOf(data);
    for (let event = 0; event < frameCount(message, 0); event++) {
      const at = POSITIONED_BODY_BYTES + event * RECORD_BYTES;
      const numberAt = (field: number) => readU64(message.words, (at >> 2) + field);
      if (message.bytes[at] === EventKind.canceled) {
        const orderId = numberAt(EventWord.orderId);
        canceled.set(orderId, (canceled.get(orderId) ?? 0) + 1);
        assert.equal(message.halves[(at >> 1) + 2], ResultCode.canceledByOperator);
      } else if (message.bytes[at] === EventKind.summary) {
        if ((message.bytes[at + 3] & EventFlag.duplicate) !== 0) repeats++;
        else {
          const [of, left] = [numberAt(EventWord.quantity), numberAt(EventWord.leaves)];
          cancels.push({ epoch: positionEpoch(message, 0), of, left });
        }
      }
    }
  }
  return { canceled, cancels, repeats };
}

function checkStory({ canceled, cancels, repeats }: Story): void {
  assert.equal(canceled.size, ORDERS, "every order was canceled");
  assert.ok([...canceled.values()].every((times) => times === 1), "and no order twice");
  assert.equal(cancels.length, COMMANDS, "no command more than it takes");
  assert.ok(cancels.every(({ of }) => of === CANCELS_MAX));
  assert.deepEqual(cancels.map(({ left }) => left), [...Array(COMMANDS - 1).fill(1), 0]);
  assert.ok(repeats >= 2, "the halt and the first cancel were asked for again");
  const epochs = new Set(cancels.map(({ epoch }) => epoch));
  assert.equal(epochs.size, 2, "the process died in the middle of the kill");
}

/** Each account has all that it had, holds nothing, and was told of each of its orders. */
async function checkAccount(line: ReadyLine, key: RestKey): Promise<void> {
  const client = new RestClient(line.gateway, key);
  const { json } = await client.request("GET", "/v1/balances");
  for (const [asset, amount] of Object.entries(FUNDS)) {
    const { available, held, total } = json.balances.find((one: { asset: string }) =>
      one.asset === asset
    );
    assert.deepEqual([Number(available), Number(held)], [Number(total), 0]);
    assert.equal(Number(total), Number(amount), asset);
  }
  const { json: { openOrders } } = await client.request("GET", "/v1/account");
  assert.equal(openOrders, 0);
  // Reports are numbered without gaps: its deposits, its orders, and what became of them.
  const last = await eventually("its last report", async () => {
    const path = `/v1/reports?afterSequence=${2 * ORDERS_EACH}&limit=500`;
    const { json: { reports } } = await client.request("GET", path);
    return reports?.length > 0 ? reports.at(-1) : undefined;
  });
  const deposits = last.sequence - 2 * ORDERS_EACH;
  assert.ok(deposits === 2 || deposits === 3, `${last.sequence} reports`);
  assert.deepEqual([last.kind, last.reason], ["canceled", "canceled_by_operator"]);
}

Deno.test("a kill -9 in the middle of the kill of a large book cancels every order once", () =>
  withDataDirectory(async (data, keep) => {
    const random = chaosRandom("instrument kill");
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const keys = await openAccounts(data, line);
    for (const key of keys) await fillBook(line, key);
    const connection = await connectTo({ data }, "admin");
    assert.equal((await stateOf(connection)).liveOrders, ORDERS);
    const operator = new RestClient(line.gateway, keyOf(line, "admin"));
    const gaveUp = new AbortController();
    const first = ask(operator, line.gateway, gaveUp.signal);
    // Not the last ones: it runs on for a moment.
    const commands = 1 + Math.floor(random() * (COMMANDS - 3));
    await killInside(market, connection, commands * CANCELS_MAX);
    gaveUp.abort();
    assert.equal(await first, null, "the one who asked was not answered");
    const killed = await eventually("the outcome of the kill", async () => {
      const signal = AbortSignal.timeout(REPEAT_MILLIS_MAX);
      return await ask(operator, line.gateway, signal) ?? undefined;
    });
    assert.deepEqual([killed.status, killed.canceled], ["halted", ORDERS]);
    const story = await eventually("the events of the kill", async () => {
      const read = await readStory(connection);
      return read.cancels.at(-1)?.left === 0 ? read : undefined;
    });
    checkStory(story);
    for (const key of keys) await checkAccount(line, key);
    await eventually("an empty book in the feeds", async () => {
      const { json } = await operator.request("GET", "/v1/depth?symbol=BTC-USD");
      return (json.bids?.length === 0 && json.asks.length === 0) || undefined;
    });
    await connection.close();
    const { stdout } = await runTask("replay", ["--data", data, "--verify", "--json"]);
    assert.equal(JSON.parse(stdout).ok, true);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
