/**
 * Bodies that come in pieces, or not at all.
 *
 * @module
 */

import assert from "node:assert/strict";
import { BODY_BYTES_MAX } from "../../../routes/middleware/body.ts";
import { BODY_MILLIS_MAX, BODY_SWEEP_MILLIS } from "../../../routes/middleware/body_reads.ts";
import { LIMIT_BUY, TestGateway } from "../test_gateway.ts";

/** Sends a signed order whose body comes as these pieces. */
async function sendPieces(gateway: TestGateway, pieces: ReadableStream<Uint8Array>, text: string) {
  const headers = gateway.sign(1, "POST", "/v1/orders", { body: text });
  const request = new Request("http://127.0.0.1/v1/orders", {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: pieces,
  });
  return await gateway.app.fetch(request);
}

Deno.test("a body in pieces is put together, also where a piece ends within a character", async () => {
  const text = JSON.stringify({ ...LIMIT_BUY, note: "ä€" });
  const bytes = new TextEncoder().encode(text);
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const response = await sendPieces(new TestGateway(), pieces, text);
  // The signature is right, so the text was; the field is what is refused.
  const { code, field } = await response.json();
  assert.deepEqual([response.status, code, field], [400, "unknown_field", "note"]);
});

Deno.test("a body without end is read no further than the limit", async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1_024;
      controller.enqueue(new Uint8Array(1_024));
    },
  }, { highWaterMark: 0 });
  const response = await sendPieces(new TestGateway(), endless, "");
  assert.equal(response.status, 413);
  await response.body?.cancel();
  assert.ok(sent <= BODY_BYTES_MAX + 2 * 1_024, `${sent} bytes were read`);
});

Deno.test("a client that goes away within its body is refused", async () => {
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Uint8Array.of(123));
      controller.error(new Error("connection reset"));
    },
  });
  const response = await sendPieces(new TestGateway(), broken, "{");
  assert.deepEqual([response.status, (await response.json()).code], [400, "body_unreadable"]);
});

Deno.test("a body that does not come to its end is waited for no longer than the limit", async () => {
  const gateway = new TestGateway();
  let isCanceled = false;
  const silent = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Uint8Array.of(123)),
    cancel: () => void (isCanceled = true),
  });
  const answering = sendPieces(gateway, silent, "{");
  const quick = await gateway.place(2);
  assert.equal(quick.status, 201, "others go on");
  const sweeps = BODY_MILLIS_MAX / BODY_SWEEP_MILLIS;
  for (let sweep = 0; sweep < sweeps; sweep++) gateway.bodies.sweep();
  assert.equal(gateway.bodies.size, 1, "not before its time is over");
  gateway.bodies.sweep();
  const response = await answering;
  const { code, field, limit, value } = await response.json();
  assert.deepEqual([response.status, code], [408, "body_too_slow"]);
  assert.deepEqual([field, limit, value], ["body", "5000 ms", "no end of it"]);
  assert.equal(response.headers.get("connection"), "close");
  assert.equal(gateway.bodies.size, 0);
  assert.ok(isCanceled, "nothing more is read");
});
