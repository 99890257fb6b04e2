import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { TestGateway } from "../test_gateway.ts";

Deno.test("the document is one of OpenAPI 3.1", async () => {
  const { status, headers, body } = await new TestGateway().send("GET", "/openapi.json");
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "application/json");
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(body));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  assert.equal(validator.version, "3.1");
});
