import assert from "node:assert/strict";
import fc from "fast-check";
import { signingText } from "../../../core/auth/signing_text.ts";

Deno.test("the text is the five parts with line feeds between them", () => {
  assert.equal(
    signingText(1700000000000, 5000, "POST", "/v1/orders", '{"symbol":"BTC-USD"}'),
    '1700000000000\n5000\nPOST\n/v1/orders\n{"symbol":"BTC-USD"}',
  );
  assert.equal(
    signingText(1700000000000, 60000, "DELETE", "/v1/orders?symbol=BTC-USD", ""),
    "1700000000000\n60000\nDELETE\n/v1/orders?symbol=BTC-USD\n",
  );
});

Deno.test("an idempotency key is a line of its own behind the receive window", () => {
  assert.equal(
    signingText(1700000000000, 5000, "PATCH", "/v1/orders/1", "{}", "amend-7"),
    "1700000000000\n5000\namend-7\nPATCH\n/v1/orders/1\n{}",
  );
});

Deno.test("different requests have different texts, whatever the body holds", () => {
  const method = fc.constantFrom("GET", "POST", "PATCH", "DELETE");
  const path = fc.constantFrom("/v1/orders", "/v1/orders?a=1", "/v1/fills");
  const lines = fc.array(fc.oneof(method, path, fc.constantFrom("", "k")), { maxLength: 4 });
  const request = fc.record({
    timestamp: fc.constantFrom(100_000_000_000, 99_999_999_999_999),
    window: fc.constantFrom(1, 60_000),
    method,
    path,
    body: fc.oneof(lines.map((parts) => parts.join("\n")), fc.string()),
    name: fc.option(fc.oneof(method, path, fc.constantFrom("k", "1"))),
  });
  fc.assert(
    fc.property(request, request, (one, other) => {
      const text = ({ timestamp, window, method, path, body, name }: typeof one) =>
        signingText(timestamp, window, method, path, body, name);
      assert.equal(text(one) === text(other), JSON.stringify(one) === JSON.stringify(other));
    }),
    { numRuns: 5_000 },
  );
});
