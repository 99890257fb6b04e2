import assert from "node:assert/strict";
import specification from "@asyncapi/specs/schemas/3.0.0.json" with { type: "json" };
import { Ajv } from "ajv";
import { TestGateway } from "../test_gateway.ts";

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
