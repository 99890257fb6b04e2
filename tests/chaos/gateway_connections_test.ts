import assert from "node:assert/strict";
import { RestClient } from "../support/client_rest.ts";
import { pause } from "../support/venue.ts";
import {
  eventually,
  type ReadyLine,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { SpareGateway } from "./spare_gateway.ts";
import { TcpClient } from "./tcp_client.ts";
import { noteHealed } from "./heal_time.ts";

/** Idle connections, where this process may have as many descriptors. */
const IDLE_MAX = 10_000;
/** Descriptors for everything else. */
const DESCRIPTORS_KEPT = 200;
/** Connections that are opened at a time. */
const AT_ONCE = 200;
const MEGABYTES_PER_THOUSAND_MAX = 40;
const ANSWER_MILLIS_MAX = 3_000;
const DESCRIPTORS = 200;
const SILENT = 50;
/** Requests of 35 bytes or so, of which the answers are larger. */
const PIPELINED = 40_000;

let orders = 0;

/** Places an order and says how long that took. */
async function place(client: RestClient): Promise<number> {
  const began = performance.now();
  const { status } = await client.request("POST", "/v1/orders", {
    symbol: "BTC-USD",
    side: "buy",
    type: "limit",
    price: "100.00",
    quantity: "0.0010",
    clientOrderId: `connections-${++orders}`,
  });
  assert.equal(status, 201);
  return performance.now() - began;
}

/** Descriptors that a process here may have. */
async function descriptorsMax(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  return text === "unlimited" ? Infinity : Number(text);
}

/** Opens idle connections until there are `count`, or none can be opened any more. */
async function openIdle(port: number, count: number, open: TcpClient[]): Promise<void> {
  while (open.length < count) {
    const batch = Array.from(
      { length: Math.min(AT_ONCE, count - open.length) },
      () => TcpClient.open(port).catch(() => null),
    );
    const opened = (await Promise.all(batch)).filter((one) => one !== null);
    open.push(...opened);
    if (opened.length < batch.length) return;
  }
}

async function idleOnes(data: string, line: ReadyLine): Promise<void> {
  await using gateway = await SpareGateway.start(data, line);
  const client = new RestClient(gateway.url, line.keys[0]);
  await place(client);
  const before = await gateway.memoryMegabytes();
  const count = Math.min(IDLE_MAX, await descriptorsMax() - DESCRIPTORS_KEPT);
  const idle: TcpClient[] = [];
  try {
    await openIdle(gateway.port, count, idle);
    assert.equal(idle.length, count, "all are accepted");
    const slowest = Math.max(await place(client), await place(client), await place(client));
    const grown = await gateway.memoryMegabytes() - before;
    console.log(`${count} idle: ${grown.toFixed(0)} MB, slowest order ${slowest.toFixed(0)} ms`);
    assert.ok(slowest < ANSWER_MILLIS_MAX, `${slowest} ms`);
    assert.ok(grown < count / 1_000 * MEGABYTES_PER_THOUSAND_MAX, `${grown} MB`);
  } finally {
    idle.forEach((one) => one[Symbol.dispose]());
  }
  await place(client);
}

async function noDescriptors(data: string, line: ReadyLine): Promise<void> {
  await using gateway = await SpareGateway.start(data, line, { descriptors: DESCRIPTORS });
  const client = new RestClient(gateway.url, line.keys[0]);
  await place(client);
  using dripping = await TcpClient.open(gateway.port);
  await dripping.send("GET /v1/time HTTP/1.1\r\nHost: gateway\r\nX-Slow: ");
  const idle: TcpClient[] = [];
  try {
    await openIdle(gateway.port, 2 * DESCRIPTORS, idle);
    await eventually(
      "the gateway says it",
      () => gateway.log.some((text) => text.includes("listening again")) || undefined,
    );
    const began = performance.now();
    await eventually("orders are accepted again", () => place(client).catch(() => undefined));
    noteHealed("a gateway without file descriptors", performance.now() - began);
    await eventually("idle ones are closed", () => idle[0].isClosed || undefined);
    await eventually("header fields in pieces are, too", () => dripping.isClosed || undefined);
  } finally {
    idle.forEach((one) => one[Symbol.dispose]());
  }
}

async function drippingBodies(data: string, line: ReadyLine): Promise<void> {
  await using gateway = await SpareGateway.start(data, line);
  const client = new RestClient(gateway.url, line.keys[0]);
  const slow = await Promise.all(
    Array.from({ length: SILENT }, () => TcpClient.open(gateway.port)),
  );
  try {
    const began = performance.now();
    for (const [index, one] of slow.entries()) {
      const headers = client.headersOf("POST", "/v1/orders", "{}", { recvWindowMillis: 60_000 });
      const length = index % 2 === 0 ? "Content-Length: 9000" : "Transfer-Encoding: chunked";
      const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      await one.send(`POST /v1/orders HTTP/1.1\r\nHost: gateway\r\n${fields.join("")}${length}`);
      await one.send(index % 2 === 0 ? "\r\n\r\n{" : "\r\n\r\n1\r\n{\r\n");
    }
    const drip = setInterval(() => slow.forEach((one) => void one.send(" ")), 250);
    try {
      await place(client);
      await eventually(
        "all are refused",
        () =>
          slow.filter(({ received }) => received.includes("\r\n\r\n")).length === SILENT ||
          undefined,
      );
    } finally {
      clearInterval(drip);
    }
    const millis = performance.now() - began;
    console.log(`dripping bodies: refused after ${Math.round(millis)} ms`);
    const [whole, pieces] = slow;
    assert.match(whole.received, /^HTTP\/1.1 408 [^]*"code":"body_too_slow"/);
    assert.match(whole.received, /"value":"not all of 9000 bytes"/);
    // Bytes that are no chunk end the body of those that come in chunks.
    assert.match(pieces.received, /^HTTP\/1.1 4\d\d /);
    assert.ok(await place(client) < ANSWER_MILLIS_MAX);
  } finally {
    slow.forEach((one) => one[Symbol.dispose]());
  }
}

async function deafOnes(data: string, line: ReadyLine): Promise<void> {
  await using gateway = await SpareGateway.start(data, line);
  const client = new RestClient(gateway.url, line.keys[0]);
  await place(client);
  const before = await gateway.memoryMegabytes();
  const request = "GET /v1/instruments HTTP/1.1\r\nHost: gateway\r\n\r\n";
  const deaf = await Promise.all(
    Array.from({ length: SILENT }, () => TcpClient.open(gateway.port, false)),
  );
  try {
    for (const one of deaf) void one.send(request.repeat(PIPELINED));
    await pause(2_000);
    const slowest = Math.max(await place(client), await place(client), await place(client));
    const grown = await gateway.memoryMegabytes() - before;
    console.log(`${SILENT} deaf: ${grown.toFixed(0)} MB, slowest ${slowest.toFixed(0)} ms`);
    assert.ok(slowest < ANSWER_MILLIS_MAX, `${slowest} ms`);
    assert.ok(grown < 250, `${grown} MB`);
  } finally {
    deaf.forEach((one) => one[Symbol.dispose]());
  }
  await place(client);
}

const STEPS: readonly (readonly [string, (data: string, line: ReadyLine) => Promise<void>])[] = [
  ["ten thousand idle connections cost memory in proportion, and nobody else his answer", idleOnes],
  ["without descriptors left it drops who asks nothing, and listens again", noDescriptors],
  ["a body that drips is refused after its time, while others are answered", drippingBodies],
  ["a client that never reads costs no more than buffers, and nobody else his answer", deafOnes],
];

Deno.test("connections that misbehave", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    for (const [name, run] of STEPS) await t.step(name, () => run(data, line));
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
