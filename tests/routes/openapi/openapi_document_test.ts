import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { OpenApiContract } from "../../support/open_api_contract.ts";
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

Deno.test("every example of the document is as its schema says", async () => {
  const { body } = await new TestGateway().send("GET", "/openapi.json");
  const contract = new OpenApiContract(body);
  let count = 0;
  const checkAll = (at: string[], content: object = {}) => {
    for (const [type, { example }] of Object.entries<{ example?: unknown }>(content as never)) {
      if (example === undefined) continue;
      count++;
      contract.check([...at, "content", type, "schema"], example, at.join(" "));
    }
  };
  for (const { path, method, parameters, requestBody, responses } of contract.operations) {
    const at = ["paths", path, method.toLowerCase()];
    checkAll([...at, "requestBody"], requestBody?.content);
    for (const [status, { content }] of Object.entries(responses)) {
      checkAll([...at, "responses", status], content);
      const isAnswer = Number(status) >= 200 && Number(status) < 300;
      if (isAnswer) assert.ok(Object.values(content ?? {}).some((one) => "example" in one), path);
    }
    for (const { name, schema, example } of parameters) {
      const pattern = new RegExp(String(schema.pattern ?? ""));
      assert.match(example, pattern, `${path} ${name}`);
      if (Array.isArray(schema.enum)) assert.ok(schema.enum.includes(example), `${path} ${name}`);
    }
  }
  assert.ok(count > 30, `${count} examples`);
});

Deno.test("requests are closed, answers are open: a later version may add fields to them", async () => {
  const { body } = await new TestGateway().send("GET", "/openapi.json");
  const { schemas } = body.components;
  for (const name of ["NewOrder", "Amend"]) assert.equal(schemas[name].additionalProperties, false);
  for (const name of ["Order", "Problem", "Balances", "StreamCredentials"]) {
    assert.doesNotMatch(JSON.stringify(schemas[name]), /"additionalProperties"/, name);
  }
});

Deno.test("what is signed says so, with its scope, and what is not does not", async () => {
  const { body } = await new TestGateway().send("GET", "/openapi.json");
  const { security, ...place } = body.paths["/v1/orders"].post;
  assert.deepEqual(security, [
    { EdgebookKey: ["trade"], EdgebookTimestamp: ["trade"], EdgebookSignature: ["trade"] },
    { Bearer: ["trade"] },
  ]);
  assert.deepEqual([place["x-edgebook-scope"], place["x-edgebook-weight"]], ["trade", 1]);
  for (const name of Object.keys(security[0])) {
    assert.equal(body.components.securitySchemes[name].in, "header", name);
  }
  const depth = body.paths["/v1/depth"].get;
  assert.deepEqual([depth.security, depth["x-edgebook-scope"]], [undefined, null]);
  assert.ok(!("401" in depth.responses) && "401" in place.responses);
  const codes = place.responses["422"].content["application/problem+json"].schema.properties.code;
  assert.ok(codes.enum.includes("insufficient_funds"));
  assert.ok("Retry-After" in place.responses["503"].headers);
  assert.ok(!("Retry-After" in place.responses["400"].headers));
});
