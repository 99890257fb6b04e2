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

Deno.test("different requests have different texts, whatever the body holds", () => {
  const request = fc.record({
    timestamp: fc.integer({ min: 100_000_000_000, max: 99_999_999_999_999 }),
    window: fc.integer({ min: 1, max: 60_000 }),
    method: fc.constantFrom("GET", "POST", "DELETE"),
    path: fc.constantFrom("/v1/orders", "/v1/orders?a=1", "/v1/fills"),
    body: fc.oneof(fc.constantFrom("", "\n", "GET\n/v1/orders\n"), fc.string()),
  });
  fc.assert(fc.property(request, request, (one, other) => {
    const text = ({ timestamp, window, method, path, body }: typeof one) =>
      signingText(timestamp, window, method, path, body);
    assert.equal(text(one) === text(other), JSON.stringify(one) === JSON.stringify(other));
  }));
});
