import assert from "node:assert/strict";
import specification from "@asyncapi/specs/schemas/3.0.0.json" with { type: "json" };
import { Ajv } from "ajv";
import { TestGateway } from "../routes/test_gateway.ts";

Deno.test("the document is one of AsyncAPI 3.0", async () => {
  const { status, body } = await new TestGateway().send("GET", "/asyncapi.json");
  assert.equal(status, 200);
  // The specification brings the meta-schema along.
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    meta: false,
    validateSchema: false,
  });
  const validate = ajv.compile(specification);
  assert.ok(validate(body), JSON.stringify(validate.errors, null, 1));
  assert.equal(validate({ ...body, channels: { x: { address: 1 } } }), false);
});

Deno.test("its schemas are of draft 07, as AsyncAPI has them: a level is a price and a quantity", async () => {
  const { body } = await new TestGateway().send("GET", "/asyncapi.json");
  const ajv = new Ajv({ strict: false });
  ajv.addSchema({ components: body.components }, "asyncapi");
  const validate = ajv.compile({ $ref: "asyncapi#/components/schemas/DepthMessage" });
  const depth = (...bids: unknown[]) => ({
    symbol: "BTC-USD",
    sequence: 3,
    prevSequence: 2,
    timeMicros: 1_700_000_000_000_000,
    bids,
    asks: [],
    checksum: 1,
  });
  assert.ok(validate(depth(["50000.00", "0.5000"], ["49999.00", "0"])), String(validate.errors));
  for (const level of [["50000.00"], ["50000.00", "0.5000", "1"], [50_000, "1"], "50000.00"]) {
    assert.ok(!validate(depth(level)), JSON.stringify(level));
  }
  const { sequence: _sequence, ...unnumbered } = depth();
  assert.ok(!validate(unnumbered));
});

Deno.test("each subject names its parts, and each message has a schema that is there", async () => {
  const { body } = await new TestGateway().send("GET", "/asyncapi.json");
  const addresses = Object.values<{ address: string }>(body.channels).map((one) => one.address);
  for (const feed of ["trades", "depth", "orders", "bbo", "status", "ticker", "definition"]) {
    assert.ok(addresses.includes(`md.{symbol}.${feed}.json`), feed);
  }
  assert.ok(
    addresses.includes("md.snapshot.{symbol}") && addresses.includes("user.{account}.reports"),
  );
  for (
    const [name, channel] of Object.entries<{ parameters: object; address: string }>(body.channels)
  ) {
    const named = [...channel.address.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
    assert.deepEqual(Object.keys(channel.parameters), named, name);
  }
  for (
    const { payload } of Object.values<{ payload: { $ref: string } }>(body.components.messages)
  ) {
    assert.ok(payload.$ref.slice("#/components/schemas/".length) in body.components.schemas);
  }
  const { action, reply } = body.operations.answerSnapshot;
  assert.equal(action, "receive");
  assert.equal(reply.messages.length, 2);
});
