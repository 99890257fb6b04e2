import assert from "node:assert/strict";
import fc from "fast-check";
import { NatsOperations } from "./nats_operations.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const word = fc.stringMatching(/^[a-zA-Z.]{1,12}$/);
const payloads = fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes));

/** A message as the server sends it, and what is to be found of it. */
const message = fc.record({
  subject: word,
  reply: fc.option(word, { nil: undefined }),
  header: fc.option(word, { nil: undefined }),
  payload: payloads,
}).map(({ header, payload, reply, subject }) => {
  const head = header === undefined ? "" : `NATS/1.0\r\nX: ${header}\r\n\r\n`;
  const counts = header === undefined
    ? `${payload.length}`
    : `${head.length} ${head.length + payload.length}`;
  const verb = header === undefined ? "MSG" : "HMSG";
  const line = [verb, subject, "7", ...(reply === undefined ? [] : [reply]), counts].join(" ");
  const bytes = [...encoder.encode(`${line}\r\n${head}`), ...payload, 13, 10];
  return { bytes, subject, payload: [...payload] };
});
const other = fc.constantFrom('INFO {"a":"b c"}\r\n', "PING\r\n", "PONG\r\n", "+OK\r\n")
  .map((text) => ({ bytes: [...encoder.encode(text)], subject: "", payload: [] as number[] }));

Deno.test("nats operations: come whole and in order, however the bytes are cut", () => {
  fc.assert(fc.property(
    fc.array(fc.oneof(message, other), { maxLength: 12 }),
    fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
    (sent, cuts) => {
      const bytes = Uint8Array.from(sent.flatMap((one) => one.bytes));
      const operations = new NatsOperations();
      const found = [];
      for (let at = 0, cut = 0; at < bytes.length; cut++) {
        const length = cuts[cut % cuts.length] ?? 1;
        found.push(...operations.take(bytes.slice(at, at + length)));
        at += length;
      }
      assert.deepEqual(
        found.map(({ bytes, payload, subject }) => ({
          bytes: [...bytes],
          subject,
          payload: [...payload],
        })),
        sent,
      );
    },
  ));
});

Deno.test("nats operations: a line feed in a payload ends nothing", () => {
  const [operation] = new NatsOperations().take(
    Uint8Array.from(encoder.encode("MSG a 1 6\r\nx\r\ny\r\n\r\n")),
  );
  assert.equal(decoder.decode(operation?.payload), "x\r\ny\r\n");
});
