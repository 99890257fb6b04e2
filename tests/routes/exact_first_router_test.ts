import assert from "node:assert/strict";
import { ExactFirstRouter } from "../../routes/exact_first_router.ts";

Deno.test("finds fixed paths, and patterns beside them", () => {
  const router = new ExactFirstRouter<string>();
  router.add("GET", "/v1/orders", "list");
  router.add("POST", "/v1/orders", "place");
  router.add("GET", "/v1/orders/:id", "byId");
  router.add("GET", "/v1/orders/by-client-id/:id", "byClientId");
  const found = (method: string, path: string) => {
    const [matches] = router.match(method, path);
    return matches.map(([handler, parameters]) => [handler, { ...parameters }]);
  };
  assert.deepEqual(found("GET", "/v1/orders"), [["list", {}]]);
  assert.deepEqual(found("POST", "/v1/orders"), [["place", {}]]);
  assert.deepEqual(found("GET", "/v1/orders/17"), [["byId", { id: "17" }]]);
  assert.deepEqual(found("GET", "/v1/orders/by-client-id/a"), [["byClientId", { id: "a" }]]);
  for (const [method, path] of [["PUT", "/v1/orders"], ["GET", "/v1/orders/"], ["GET", "/"]]) {
    assert.deepEqual(found(method, path), [], `${method} ${path}`);
  }
});
