/**
 * Many phones in one process: raw connections that read a stream and note how old each message is.
 *
 * @module
 */
import { serveParent } from "../fanout/part_process.ts";
import { CHANNEL, findStamps, nowMicros } from "./stream_load.ts";

/** What the phones are told. */
type Command =
  | {
    readonly open: number;
    readonly port: number;
    readonly transport: "sse" | "ws";
    readonly first: number;
  }
  | { readonly reset: true }
  | { readonly report: true };

/** Phones that connect at once. */
const OPEN_AT_ONCE = 50;
const BUFFER_BYTES = 65_536;
const encoder = new TextEncoder();
let ages: number[] = [];
/** What was sent before is not counted: it came out of the warm-up. */
let sinceMicros = 0;
let ended = 0;

function requestOf(transport: "sse" | "ws", number: number): string {
  const address = `X-Forwarded-For: 10.${number >> 16}.${(number >> 8) & 255}.${number & 255}\r\n`;
  return transport === "sse"
    ? `GET /v1/stream?channels=${CHANNEL} HTTP/1.1\r\nHost: edge\r\n${address}\r\n`
    : `GET /v1/ws HTTP/1.1\r\nHost: edge\r\n${address}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

/** A masked frame with a text of less than 126 bytes; the mask is zero. */
function frame(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  return new Uint8Array([0x81, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes]);
}

async function openPhone(port: number, transport: "sse" | "ws", number: number): Promise<void> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await socket.write(encoder.encode(requestOf(transport, number)));
  const buffer = new Uint8Array(BUFFER_BYTES);
  const count = await socket.read(buffer);
  const head = new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  if (!/^HTTP\/1\.1 (200|101)/.test(head)) throw new Error(head.slice(0, 200));
  if (transport === "ws") {
    await socket.write(frame(JSON.stringify({ op: "subscribe", channels: [CHANNEL] })));
  }
  void read(socket, buffer);
}

async function read(socket: Deno.TcpConn, buffer: Uint8Array): Promise<void> {
  for (;;) {
    const count = await socket.read(buffer).catch(() => null);
    if (count === null) break;
    const now = nowMicros();
    findStamps(buffer.subarray(0, count), (sent) => {
      if (sent >= sinceMicros) ages.push(now - sent);
    });
  }
  ended++;
}

await serveParent(async (command: Command) => {
  if ("open" in command) {
    for (let from = 0; from < command.open; from += OPEN_AT_ONCE) {
      await Promise.all(
        Array.from(
          { length: Math.min(OPEN_AT_ONCE, command.open - from) },
          (_, at) => openPhone(command.port, command.transport, command.first + from + at),
        ),
      );
    }
    return {};
  }
  if ("reset" in command) {
    ages = [];
    sinceMicros = nowMicros();
    return {};
  }
  return { ages, ended };
});
