/**
 * One client that has stopped reading, over real TCP, among many that read.
 *
 * @module
 */
import assert from "node:assert/strict";
import { EventReader } from "../../support/event_reader.ts";
import { TestGateway } from "../test_gateway.ts";

const HEALTHY = 12;
const FILLER = "x".repeat(32_000);
const SUBJECT = "md.BTC-USD.candles.1m.json";
/** More than the kernel and the gateway hold for one that does not read. */
const MESSAGES_MAX = 4_000;
const pause = (millis = 0) => new Promise((resolve) => setTimeout(resolve, millis));

/** A gateway that listens, with a count of what it ended. */
function serve(gateway: TestGateway) {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, gateway.app.fetch);
  const url = `127.0.0.1:${server.addr.port}`;
  const metric = async (name: string) => {
    const { text } = await gateway.send("GET", "/metrics");
    return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
  };
  return { server, url, metric };
}

/** A client that sends a request and then does nothing. */
async function stuckClient(url: string, request: string): Promise<Deno.TcpConn> {
  const [hostname, port] = url.split(":");
  const socket = await Deno.connect({ hostname, port: Number(port) });
  await socket.write(new TextEncoder().encode(request));
  return socket;
}

/** Everything that comes until the other side ends, or says a word. */
async function readAll(socket: Deno.TcpConn, word = ""): Promise<string> {
  const chunks: string[] = [];
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await socket.read(buffer).catch(() => null);
    if (count === null) return chunks.join("");
    chunks.push(decoder.decode(buffer.subarray(0, count), { stream: true }));
    if (word !== "" && chunks.slice(-2).join("").includes(word)) return chunks.join("");
  }
}

const get = (channels: string) =>
  `GET /v1/stream?channels=${channels} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
const candle = (sequence: number) => ({ sequence, prevSequence: sequence - 1, filler: FILLER });

Deno.test("a reader that is stuck is dropped with the reason, and nobody else notices", async () => {
  using gateway = new TestGateway();
  const { server, url, metric } = serve(gateway);
  const stuck = await stuckClient(url, get("candles.1m:BTC-USD"));
  const query = "channels=candles.1m:BTC-USD";
  const readers = await Promise.all(Array.from({ length: HEALTHY }, async () => {
    return new EventReader(await fetch(`http://${url}/v1/stream?${query}`));
  }));
  for (const reader of readers) await reader.until("joined");
  while (await metric('edgebook_streams_open{transport="sse"}') < HEALTHY + 1) await pause(5);
  const ended = 'edgebook_streams_ended_total{transport="sse",reason="slow_reader"}';
  let sequence = 0;
  while (sequence < MESSAGES_MAX && await metric(ended) === 0) {
    for (let count = 0; count < 10; count++) gateway.broker.publish(SUBJECT, candle(++sequence));
    for (const reader of readers) {
      for (let count = 0; count < 10; count++) {
        const one = await reader.until("candles.1m:BTC-USD");
        assert.equal(one.data.sequence, sequence - 9 + count);
      }
    }
  }
  assert.equal(await metric(ended), 1, `after ${sequence} messages`);
  assert.equal(await metric('edgebook_streams_open{transport="sse"}'), HEALTHY);
  for (const reader of readers) await reader.close();
  // When it reads again, it finds out why.
  const text = await readAll(stuck);
  assert.match(text, /event: dropped\ndata: {"reason":"slow_reader"/);
  stuck.close();
  gateway.feeds.stop();
  await server.shutdown();
});

Deno.test("a stuck reader of states is kept, and has the last one when it reads", async () => {
  using gateway = new TestGateway();
  const { server, url, metric } = serve(gateway);
  const stuck = await stuckClient(url, get("book.50.20ms:BTC-USD"));
  while (await metric('edgebook_streams_open{transport="sse"}') < 1) await pause(5);
  const subject = "md.BTC-USD.book.50.20ms.json";
  for (let sequence = 1; sequence <= 1_500; sequence++) {
    gateway.broker.publish(subject, candle(sequence));
    if (sequence % 10 === 0) await pause();
  }
  assert.equal(await metric('edgebook_streams_open{transport="sse"}'), 1);
  const reading = readAll(stuck);
  await pause(200);
  gateway.isDraining = true;
  const text = await reading;
  const sequences = [...text.matchAll(/"sequence":(\d+)/g)].map(([, number]) => Number(number));
  assert.equal(sequences.at(-1), 1_500);
  assert.ok(sequences.length < 1_000, `${sequences.length} of 1500 came`);
  assert.deepEqual(sequences, sequences.toSorted((one, other) => one - other));
  assert.ok(text.includes('"reason":"draining"'));
  const conflated = await metric('edgebook_streams_conflated_total{transport="sse"}');
  assert.equal(conflated, 1_500 - sequences.length);
  stuck.close();
  gateway.feeds.stop();
  await server.shutdown();
});

Deno.test("a stuck socket is closed, and its place is free", async () => {
  using gateway = new TestGateway();
  const { server, url, metric } = serve(gateway);
  const upgrade =
    "GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const stuck = await stuckClient(url, upgrade);
  const hello = new Uint8Array(1_024);
  await stuck.read(hello);
  assert.match(new TextDecoder().decode(hello), /^HTTP\/1.1 101 /);
  const text = JSON.stringify({ op: "subscribe", channels: ["candles.1m:BTC-USD"] });
  // A masked frame, as clients send them; the mask is zero.
  const frame = new TextEncoder().encode(text);
  await stuck.write(new Uint8Array([0x81, 0x80 | frame.length, 0, 0, 0, 0, ...frame]));
  while (await metric("edgebook_streams_subjects") < 1) await pause(5);
  const ended = 'edgebook_streams_ended_total{transport="ws",reason="slow_reader"}';
  let sequence = 0;
  while (sequence < MESSAGES_MAX && await metric(ended) === 0) {
    for (let count = 0; count < 10; count++) gateway.broker.publish(SUBJECT, candle(++sequence));
    await pause();
  }
  assert.equal(await metric(ended), 1, `after ${sequence} messages`);
  assert.equal(await metric('edgebook_streams_open{transport="ws"}'), 0);
  // A socket is closed when both have said so; this one only hears it.
  await readAll(stuck, '{"type":"dropped","reason":"slow_reader"');
  stuck.close();
  gateway.feeds.stop();
  await server.shutdown();
});
