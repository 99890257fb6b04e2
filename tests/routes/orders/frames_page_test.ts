/**
 * The page about frames says what the code does.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { signingText } from "../../../core/auth/signing_text.ts";
import { FRAME_RECORDS_MAX } from "../../../core/protocol/frame.ts";
import { bodyDigest } from "../../../infra/keys/body_digest.ts";
import { hmacVerifier } from "../../../infra/keys/verify_signature.ts";
import {
  FRAME_ANSWER_BASE64,
  FRAME_EXAMPLE_BASE64,
} from "../../../routes/orders/order_frame_operation.ts";
import { RECORDS_PER_UNIT } from "../../../routes/orders/order_frames.ts";
import { ClientFrame, readReports } from "../../support/client_frames.ts";
import { TestGateway } from "../test_gateway.ts";

const page = await Deno.readTextFile(new URL("../../../routes/orders/FRAMES.md", import.meta.url));
const blocks = Array.from(page.matchAll(/^```text\n(.*?)\n```$/gms), ([, body]) => body ?? "");

Deno.test("the page's frame has the page's digest, signed text and signature", () => {
  const [text, base64] = blocks;
  const body = new Uint8Array(Buffer.from(base64, "base64"));
  assert.deepEqual(
    body,
    new ClientFrame().place({ key: 1, priceTicks: 1, quantityLots: 1 }).seal(),
  );
  assert.equal(base64, FRAME_EXAMPLE_BASE64);
  const digest = bodyDigest(body);
  assert.equal(text, signingText(1_700_000_000_000, 5_000, "POST", "/v1/frames", digest));
  const secret = /`(a-secret[^`]+)`/.exec(page)?.[1] ?? "";
  const signature = /`([0-9a-f]{64})`/.exec(page)?.[1] ?? "";
  assert.ok(hmacVerifier(new TextEncoder().encode(secret))(text, signature));
});

Deno.test("the example's answer is what the example is answered with, frame by frame", async () => {
  const gateway = new TestGateway();
  const body = new Uint8Array(Buffer.from(FRAME_EXAMPLE_BASE64, "base64"));
  const { status, bytes } = await gateway.signed(1, "POST", "/v1/frames", { body });
  assert.equal(status, 200);
  const example = new Uint8Array(Buffer.from(FRAME_ANSWER_BASE64, "base64"));
  assert.deepEqual(readReports(bytes), readReports(example));
  assert.deepEqual(bytes, example);
});

Deno.test("the digest is SHA-256 as others have it", () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(bodyDigest(new TextEncoder().encode("abc")), abc);
});

Deno.test("the page's bounds are the code's", () => {
  assert.equal(FRAME_RECORDS_MAX, 2_048);
  assert.ok(page.includes("up to 2,048 in one"));
  assert.equal(RECORDS_PER_UNIT, 10);
  assert.ok(page.includes("Ten records cost a unit"));
});
