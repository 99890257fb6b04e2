/**
 * Deposits, transfers, halts and keys that are asked for over REST, each request sent again as it was
 * signed until its outcome is known, while the leader, its registrar with it, and everything else is
 * killed in turn: each act is carried out once, and the audit trail, the balances and the history say
 * the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ShownAct } from "../../workers/operator/shown_act.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import { pause } from "../support/venue.ts";
import {
  eventually,
  type ReadyLine,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { chaosRandom } from "./chaos_seed.ts";

/** The leader dies more often than what is around it. */
const VICTIMS = ["matching", "gateway", "matching", "nats", "matching"] as const;
/** Acts that are answered between two kills, of all actors together. */
const ACTS = 24;
const ATTEMPTS_MAX = 300;
const RETRY_MILLIS = 50;
const RECV_WINDOW_MILLIS = 60_000;
const AMOUNT_SCALE = 1_000_000n;

/** An act that was answered. */
interface Done {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- what stands in it is what the test is about
  readonly json: any;
}

/** What somebody asks for next. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

/** Somebody who asks for one thing after the other, each until its outcome is known. */
class Actor {
  readonly done: Done[] = [];
  repeats = 0;
  #isStopped = false;
  #acting: Promise<void> = Promise.resolve();

  constructor(
    readonly client: RestClient,
    readonly next: (number: number, last: Done | undefined) => Asked,
  ) {}

  start(): void {
    this.#acting = this.#act();
    this.#acting.catch(() => {});
  }

  async rest(): Promise<void> {
    this.#isStopped = true;
    await this.#acting;
  }

  async #act(): Promise<void> {
    while (!this.#isStopped) {
      this.done.push(await this.#ask(this.next(this.done.length, this.done.at(-1))));
    }
  }

  async #ask({ body, method, path }: Asked): Promise<Done> {
    const text = body === undefined ? "" : JSON.stringify(body);
    const changes = { recvWindowMillis: RECV_WINDOW_MILLIS };
    const headers = this.client.headersOf(method, path, text, changes);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const answer = await this.client.send(method, path, headers, text).catch(() => null);
      if (answer !== null && answer.status !== 503) {
        const { json, status } = answer;
        assert.ok(status === 200 || status === 201, `${path}: ${status} ${JSON.stringify(json)}`);
        return { status, json };
      }
      this.repeats++;
      await pause(RETRY_MILLIS);
    }
    assert.fail(`no outcome of ${method} ${path} in ${ATTEMPTS_MAX} attempts`);
  }
}

/** Everybody who acts. */
interface Cast {
  readonly treasurer: Actor;
  readonly warden: Actor;
  readonly owner: Actor;
  readonly keeper: Actor;
}

/** No two amounts are the same, so that one names its act in the audit trail. */
const amountOf = (number: number): string => `${number + 1}.000001`;

function castOf(line: ReadyLine, owner: RestKey): Cast {
  const admin = line.keys.find(({ account }) => account === "admin");
  assert.ok(admin !== undefined);
  const operator = () => new RestClient(line.gateway, admin);
  return {
    treasurer: new Actor(operator(), (number) => ({
      method: "POST",
      path: "/v1/admin/accounts/2/deposits",
      body: { reference: `wire-${number}`, asset: "USD", amount: amountOf(number) },
    })),
    warden: new Actor(operator(), (number) => ({
      method: "POST",
      path: `/v1/admin/instruments/ETH-USD/${number % 2 === 0 ? "halt" : "resume"}`,
    })),
    owner: new Actor(new RestClient(line.gateway, owner), (number) => ({
      method: "POST",
      path: "/v1/transfers",
      body: { transferId: `t-${number}`, toAccount: "2", asset: "USD", amount: amountOf(number) },
    })),
    // Every key is revoked by the next act, for an account has so many at once.
    keeper: new Actor(
      new RestClient(line.gateway, owner),
      (number, last) =>
        number % 2 === 0
          ? { method: "POST", path: "/v1/keys", body: { scopes: ["read"] } }
          : { method: "DELETE", path: `/v1/keys/${last?.json.key}` },
    ),
  };
}

async function killThrough(market: StartedMarket, cast: Cast, random: () => number) {
  const actors = Object.values(cast) as Actor[];
  const answered = () => actors.reduce((sum, { done }) => sum + done.length, 0);
  const settle = async () => {
    const wanted = answered() + ACTS;
    await eventually(`${ACTS} more acts`, () => answered() >= wanted || undefined);
  };
  actors.forEach((actor) => actor.start());
  for (const name of VICTIMS.toSorted(() => random() - 0.5)) {
    await settle();
    await pause(random() * 30);
    const killed = market.pidOf(name);
    Deno.kill(killed, "SIGKILL");
    await eventually(`another ${name}`, () => market.pidOf(name) !== killed || undefined);
  }
  await settle();
  await Promise.all(actors.map((actor) => actor.rest()));
  for (const actor of actors) {
    assert.ok(actor.repeats > 0, "everybody has been kept waiting by a kill");
    assert.ok(actor.done.length > 2, "everybody has done something");
  }
}

const units = (text: string): bigint => {
  const [whole, decimals = ""] = text.split(".");
  return BigInt(whole) * AMOUNT_SCALE + BigInt(decimals.padEnd(6, "0"));
};
const sum = (done: readonly Done[]): bigint =>
  done.reduce((total, { json }) => total + units(json.amount), 0n);

async function auditedOf(data: string): Promise<readonly ShownAct[]> {
  const { code, stdout, stderr } = await runTask("admin", [
    ...["--data", data, "--json", "audit", "--limit", "100000"],
  ]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout).acts;
}

/** The trail has each act as done once, and no other; whatever else there is of it are repeats. */
function checkTrail(acts: readonly ShownAct[], cast: Cast): void {
  const byKeys = acts.filter(({ by }) => by.startsWith("key:"));
  const doneOf = (kind: string) =>
    byKeys.filter(({ act, result }) => act === kind && result === "done");
  const details = (kind: string) => doneOf(kind).map((one) => one.details.split(" ")[0]);
  const amounts = ({ done }: Actor) => done.map(({ json }) => json.amount);
  assert.deepEqual(details("deposit"), amounts(cast.treasurer), "deposits in their order");
  assert.deepEqual(details("transfer"), amounts(cast.owner), "transfers in their order");
  assert.deepEqual(
    doneOf("tradingStatus").map((one) => one.details),
    cast.warden.done.map((_, number) => number % 2 === 0 ? "halted" : "resumed"),
  );
  assert.deepEqual(byKeys.filter(({ result }) => !["done", "repeat"].includes(result)), []);
  // A key is journaled before it is written, so one that a kill came between is journaled again.
  const made = cast.keeper.done.filter((_, number) => number % 2 === 0).map(({ json }) => json.key);
  const idOf = (subject: string) => made.find((id: string) => id.startsWith(subject));
  for (const kind of ["keyCreate", "keyRevoke"]) {
    const told = new Set(doneOf(kind).map(({ subject }) => idOf(subject)));
    assert.ok(!told.has(undefined), `${kind} of a key that nobody has asked for`);
    const wanted = kind === "keyCreate" ? made.length : Math.floor(cast.keeper.done.length / 2);
    assert.equal(told.size, wanted, kind);
  }
}

/** What the accounts have, what history says of it, and which keys there are. */
async function checkState(line: ReadyLine, owner: RestKey, cast: Cast, before: bigint[]) {
  const [first, second] = await Promise.all([1, 2].map((account) => totalOf(line, account)));
  const [deposited, transferred] = [sum(cast.treasurer.done), sum(cast.owner.done)];
  assert.equal(first, before[0] - transferred, "account 1 has what it has not given away");
  assert.equal(second, before[1] + deposited + transferred, "account 2 has what it was given");
  const client = new RestClient(line.gateway, line.keys[1]);
  const items = await eventually(
    "every movement in history",
    () => client.all("/v1/ledger?limit=500").catch(() => undefined),
  );
  const directionsOf = (direction: string) =>
    items.filter((one) => one.direction === direction).map(({ amount }) => amount);
  const newestFirst = ({ done }: Actor) => done.map(({ json }) => json.amount).toReversed();
  assert.deepEqual(directionsOf("transfer_in"), newestFirst(cast.owner));
  assert.deepEqual(
    directionsOf("deposit").slice(0, cast.treasurer.done.length),
    newestFirst(cast.treasurer),
  );
  const made = cast.keeper.done.filter((_, number) => number % 2 === 0).map(({ json }) => json.key);
  assert.equal(new Set(made).size, made.length, "no key is that of two requests");
  const { json } = await new RestClient(line.gateway, owner).request("GET", "/v1/keys");
  const known: { key: string; revoked: boolean }[] = json.keys;
  const listed = known.filter(({ key }) => made.includes(key));
  assert.equal(listed.length, made.length, "every key that was answered is there");
  // The two that the market comes with, and the owner's.
  assert.ok(known.length - listed.length <= 2, "and no other");
  const live = listed.filter(({ revoked }) => !revoked).length;
  assert.equal(live, cast.keeper.done.length % 2, "a key that was revoked stays revoked");
}

async function totalOf(line: ReadyLine, account: number): Promise<bigint> {
  const client = new RestClient(line.gateway, line.keys[account - 1]);
  const { json } = await eventually("balances", async () => {
    const answer = await client.request("GET", "/v1/balances");
    return answer.status === 200 ? answer : undefined;
  });
  return units(json.balances.find((one: { asset: string }) => one.asset === "USD").total);
}

async function admin(data: string, ...args: string[]): Promise<RestKey> {
  const { code, stdout, stderr } = await runTask("admin", ["--data", data, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("acts under kill -9 of the leader and all around it are carried out once", () =>
  withDataDirectory(async (data, keep) => {
    const random = chaosRandom("acts");
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    for (const one of ["1", "2"]) await admin(data, "accounts", "open", one, "--trade-group", "7");
    const owner = await admin(data, "keys", "create", "1", "--scopes", "read,trade,keys");
    const before = await Promise.all([1, 2].map((account) => totalOf(line, account)));
    const cast = castOf(line, owner);
    await eventually("the key of the owner to be known", async () => {
      const { status } = await cast.keeper.client.request("GET", "/v1/keys");
      return status === 200 || undefined;
    });
    await killThrough(market, cast, random);
    checkTrail(await auditedOf(data), cast);
    await checkState(line, owner, cast, before);
    const { stdout } = await runTask("replay", ["--data", data, "--verify", "--json"]);
    assert.equal(JSON.parse(stdout).ok, true);
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
