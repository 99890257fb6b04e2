/**
 * A reader of the reference, who copies what stands there: the shell function, the first steps, the
 * example of every operation and the programs, out of the served page and against the gateway that
 * serves it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readReports } from "../support/client_frames.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import { type ContractOperation, OpenApiContract } from "../support/open_api_contract.ts";
import { PageReader, type Shown } from "../support/page_reader.ts";
import { runPython } from "../support/python_program.ts";
import {
  eventually,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** Blocks of the guide: those that are run here, and what is signed, limits and messages to look at. */
const BLOCKS = 16;
/** Their examples place the orders that they are about. */
const PLACING = ["placeOrder", "sendBatch"];
/** It is a program, and run as one. */
const PROGRAMS = ["openSocket"];
/** What has to be undone, for the other examples to work. */
const UNDONE_BY: Readonly<Record<string, string>> = {
  haltInstrument: "resumeInstrument",
  disableAccount: "enableAccount",
  killAccount: "enableAccount",
  killInstrument: "resumeInstrument",
};

/** What the example of an operation has beside a good status. */
async function checkOutcome(reader: PageReader, id: string, { text }: Shown): Promise<void> {
  if (id === "sendFrame") {
    const reports = readReports(await Deno.readFile(`${reader.directory}/answer`));
    assert.deepEqual(reports.map(({ kind }) => kind), ["accepted"]);
  }
  if (id === "openStream") {
    for (const event of ["ready", "joined"]) {
      assert.match(text, new RegExp(`^event: ${event}$`, "m"));
    }
  }
  if (id.startsWith("replaceOrder")) {
    const { cancel, place } = JSON.parse(text);
    assert.deepEqual([cancel.status, place.status], [200, 201], text);
  }
  if (id === "sendBatch" || id === "cancelOrders") {
    const statuses = JSON.parse(text).items.map((item: { status: number }) => item.status);
    assert.deepEqual(statuses, id === "sendBatch" ? [201, 404] : [404, 200], text);
  }
}

/** The example of an operation, about an order and a key that are there. */
async function filledExample(reader: PageReader, id: string, name: string): Promise<string> {
  let command = reader.exampleOf(id);
  if (!PLACING.includes(id)) {
    const [placed] = await reader.run(reader.exampleOf("placeOrder").replace("first-buy", name));
    assert.equal(placed?.status, 201, placed?.text);
    const { orderId } = JSON.parse(placed.text);
    command = command.replace(/(?<=\/v1\/orders\/)1(?=[ /]|$)/, orderId);
  }
  if (id === "revokeKey") {
    const owner = new RestClient(reader.gateway, reader.keys.get("1") ?? null);
    const made = await owner.request("POST", "/v1/keys", { scopes: ["read"] });
    assert.equal(made.status, 201);
    command = command.replace(/(?<=\/v1\/keys\/)\S+/, made.json.key);
  }
  return command.replaceAll("first-buy", name).replaceAll("second-buy", `${name}-second`);
}

/** Takes an example and holds its answer against the document. */
async function runExample(
  reader: PageReader,
  contract: OpenApiContract,
  operation: ContractOperation,
  name: string,
): Promise<void> {
  const { operationId: id, path, method, responses } = operation;
  const command = await filledExample(reader, id, name);
  const account = operation["x-edgebook-scope"] === "admin" ? "admin" : "1";
  const [answer] = await reader.run(command, account);
  assert.ok(answer !== undefined, command);
  assert.ok(answer.status < 300, `${command}\n${answer.status} ${answer.text}`);
  await checkOutcome(reader, id, answer);
  const undoing = UNDONE_BY[id];
  if (undoing !== undefined) {
    // A shell's times are coarse, and might make it a repeat of the example itself.
    const operator = new RestClient(reader.gateway, reader.keys.get("admin") ?? null);
    const [, method = "", path = ""] = reader.exampleOf(undoing).split(" ");
    assert.equal((await operator.request(method, path)).status, 200);
  }
  const [type = ""] = Object.keys(responses[answer.status]?.content ?? {});
  if (!type.endsWith("json")) return;
  const at = ["paths", path, method.toLowerCase(), "responses", String(answer.status)];
  contract.check([...at, "content", type, "schema"], JSON.parse(answer.text), command);
}

/** The first trade fills, a terminal that streams hears of it, and both ways of signing agree. */
async function runFirstTrade(reader: PageReader, { key, secret }: RestKey): Promise<void> {
  const other = `EDGEBOOK_KEY_2='${key}' EDGEBOOK_SECRET_2='${secret}'\n`;
  // Here both accounts are one owner's.
  const trade = reader.block("hello-2")
    .replaceAll('"clientOrderId"', '"selfTradePrevention":"none","clientOrderId"');
  const heard = reader.run(
    `curl() { command curl --max-time 4 -w '\\nstatus:%{http_code}\\n' "$@" || [ $? = 28 ]; }\n` +
      reader.block("reports,trades:BTC-USD"),
  );
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const told = await reader.run(other + trade);
  const [sold, bought, fills] = told.map(({ text }) => JSON.parse(text));
  assert.deepEqual([sold.status, bought.status], ["new", "filled"]);
  assert.equal(fills.items[0].orderId, bought.orderId);
  const [{ text }] = await heard;
  assert.match(text, /^event: reports\ndata: .*"kind":"trade".*hello-3/m);
  assert.match(text, /^event: trades:BTC-USD$/m);
  const { stdout } = await new Deno.Command("sh", {
    args: ["-e", "-c", reader.block("1700000000000 5000")],
  }).output();
  assert.ok(reader.page.includes(`<code>${new TextDecoder().decode(stdout).trim()}</code>`));
  const owner = reader.keys.get("1") as RestKey;
  const python = await runPython(reader.block("import hashlib"), {
    EDGEBOOK_URL: reader.gateway,
    EDGEBOOK_KEY: owner.key,
    EDGEBOOK_SECRET: owner.secret,
  });
  assert.ok(python === null || python === "new canceled\n", String(python));
}

/** The program that streams over NATS sees an order that is placed meanwhile. */
async function runNats(reader: PageReader): Promise<void> {
  const [minted] = await reader.run(reader.exampleOf("createStreamCredentials"));
  assert.equal(minted?.status, 201);
  const program = reader.block("minted.inboxPrefix");
  await reader.runProgram(program, { minted: JSON.parse(minted.text) }, async (shown) => {
    await eventually("a snapshot", () => shown().includes('"bids"') || undefined);
    const order = reader.exampleOf("placeOrder").replace("first-buy", "streamed")
      .replace("40000.00", "40200.00");
    await reader.run(order);
    await eventually("a report", () => /"kind":"accepted".*streamed/.test(shown()) || undefined);
    await eventually("a best bid", () => shown().includes('"bid":["40200.00"') || undefined);
  });
}

/** A program that streams at the edge sees a trade from before, and the levels of the book. */
async function runEdgeStream(reader: PageReader, program: string): Promise<void> {
  await reader.runProgram(program, { url: reader.gateway }, async (shown) => {
    await eventually("the last trades", () => shown().includes('"tradeId"') || undefined);
    await eventually("the book", () => shown().includes('"bids"') || undefined);
  });
}

/** The client's program lives an order's life, and hears of it. */
async function runClient(reader: PageReader): Promise<void> {
  const { key: id, secret } = reader.keys.get("1") as RestKey;
  const names = { url: reader.gateway, id, secret };
  await reader.runProgram(reader.block("TradingClient"), names, async (shown) => {
    await eventually("the order's end", () => shown().includes('"status":"canceled"') || undefined);
    assert.match(shown(), /"price":"40100.00"/);
    await eventually("the book", () => shown().includes('"bids"') || undefined);
    // A report tells an order by its kind; what a method returns has none.
    await eventually("the report", () => shown().includes('"kind":"canceled"') || undefined);
  });
}

/** Two accounts of one owner, one of which makes its own keys, and the operator's key. */
async function keysOf(data: string, gateway: string, admin: RestKey) {
  const act = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runTask("admin", ["--data", data, "--json", ...args]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  for (const one of ["1", "2"]) await act("accounts", "open", one, "--trade-group", "7");
  // As the page itself says.
  const made = await act("keys", "create", "1", "--scopes", "read,trade,keys") as RestKey;
  const client = new RestClient(gateway, made);
  await eventually("the key to be known", async () => {
    return (await client.request("GET", "/v1/keys")).status === 200 || undefined;
  });
  return new Map([["1", made], ["admin", admin]]);
}

Deno.test("what stands in the reference can be copied: steps, examples, programs", async (t) => {
  await withDataDirectory(async (data, keep) => {
    const { market, line: { gateway, keys } } = await StartedMarket.start(data);
    keep(market);
    const page = await (await fetch(`${gateway}/reference`)).text();
    const admin = keys.find(({ account }) => account === "admin") as RestKey;
    const other = keys.find(({ account }) => account === "2") as RestKey;
    const seller = new RestClient(gateway, other);
    const reader = new PageReader(gateway, page, await keysOf(data, gateway, admin), data);
    const contract = await OpenApiContract.of(gateway);
    assert.equal(reader.blockCount, BLOCKS, "a new block has to be run here as well");
    await t.step("the first steps", async () => {
      const steps = await reader.run(reader.block("hello-1"));
      const told = steps.map(({ status, text }) => [status, JSON.parse(text).status]);
      assert.deepEqual(told, [[201, "new"], [200, "new"], [200, "new"], [200, "canceled"]]);
    });
    await t.step(
      "the first trade, the worked signature, Python",
      () => runFirstTrade(reader, other),
    );
    for (const [index, operation] of contract.operations.entries()) {
      const { operationId: id } = operation;
      if (PROGRAMS.includes(id)) continue;
      await t.step(id, () => runExample(reader, contract, operation, `example-${index}`));
    }
    const limit = { symbol: "BTC-USD", side: "sell", type: "limit", price: "40000.00" };
    // Its owner is the buyer's as well.
    const order = { ...limit, selfTradePrevention: "none" };
    await reader.run(reader.exampleOf("placeOrder").replace("first-buy", "to-trade"));
    const sold = await seller.request("POST", "/v1/orders", { ...order, quantity: "0.0100" });
    assert.equal(sold.json.status, "filled", "there is a trade to be seen");
    await t.step("the stream over NATS", () => runNats(reader));
    await t.step("the client", () => runClient(reader));
    await t.step("server-sent events", () => runEdgeStream(reader, reader.block("EventSource")));
    const socket = reader.exampleOf("openSocket");
    assert.equal(socket, reader.block("WebSocket"));
    await t.step("the WebSocket", () => runEdgeStream(reader, socket));
  });
});
