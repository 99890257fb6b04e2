import assert from "node:assert/strict";
import { RequestIds } from "../../../routes/middleware/request_id.ts";
import { TestGateway } from "../test_gateway.ts";

Deno.test("ids differ within an instance and between instances", () => {
  const [one, other] = [new RequestIds(), new RequestIds()];
  const ids = [one.of(null), one.of(null), other.of(null), other.of(null)];
  assert.equal(new Set(ids).size, 4);
  for (const id of ids) assert.match(id, /^[0-9a-f]{12}-[0-9a-z]+$/);
});

Deno.test("a client's plain id is kept, any other is replaced", () => {
  const ids = new RequestIds();
  assert.equal(ids.of("order-17_b"), "order-17_b");
  for (const id of ["", "a b", "a".repeat(65), "<script>", "ä"]) {
    assert.match(ids.of(id), /^[0-9a-f]{12}-/);
  }
});

Deno.test("every answer carries the request's id, problems in their body as well", async () => {
  const gateway = new TestGateway();
  const headers = { "X-Request-Id": "mine-1" };
  const answers = [
    await gateway.send("GET", "/v1/time", { headers }),
    await gateway.place(1, {}, { headers }),
    await gateway.send("GET", "/nowhere", { headers }),
    await gateway.send("POST", "/v1/orders", { headers, body: {} }),
  ];
  for (const answer of answers) assert.equal(answer.headers.get("x-request-id"), "mine-1");
  assert.deepEqual(answers.slice(2).map(({ body }) => body.requestId), ["mine-1", "mine-1"]);
});
