import assert from "node:assert/strict";
import { isIdempotencyKey } from "../../../core/auth/idempotency_key.ts";
import { CLIENT_ORDER_ID_PATTERN } from "../../../core/protocol/request_key.ts";
import { newClientId } from "../../../routes/client/client_id.ts";

/** Does something on a platform without randomness of its own. */
function withoutCrypto(work: () => void): void {
  const kept = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  assert.ok(kept !== undefined);
  Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
  try {
    work();
  } finally {
    Object.defineProperty(globalThis, "crypto", kept);
  }
}

function look(): void {
  const ids = Array.from({ length: 20_000 }, newClientId);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids.slice(0, 100)) {
    assert.match(id, CLIENT_ORDER_ID_PATTERN);
    assert.ok(isIdempotencyKey(id), id);
  }
}

Deno.test("client id: none comes twice, and the exchange takes each", look);

Deno.test("client id: the same on a platform without randomness", () => withoutCrypto(look));
