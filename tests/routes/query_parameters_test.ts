/**
 * What stands behind the question mark: a request says nothing that its endpoint does not take.
 *
 * @module
 */

import assert from "node:assert/strict";
import { ClientFrame } from "../support/client_frames.ts";
import { LIMIT_BUY, TestGateway } from "./test_gateway.ts";

const BODIES: readonly (readonly [path: string, body: object | Uint8Array<ArrayBuffer>])[] = [
  ["/v1/orders", LIMIT_BUY],
  ["/v1/orders/test", LIMIT_BUY],
  ["/v1/orders/batch", { items: [{ place: LIMIT_BUY }] }],
  ["/v1/orders/cancel", { orderIds: ["1"] }],
  ["/v1/frames", new ClientFrame().place().seal()],
];

Deno.test("a command with a parameter that is not known is refused, and nothing is sent", async () => {
  for (const [path, body] of BODIES) {
    const gateway = new TestGateway();
    const answer = await gateway.signed(1, "POST", `${path}?timeInForce=IOC`, { body });
    const { code, field } = answer.body;
    assert.deepEqual([answer.status, code, field], [400, "unknown_parameter", "timeInForce"], path);
    assert.equal(gateway.exchange.commands.length, 0);
    assert.equal((await gateway.signed(1, "POST", path, { body })).status < 300, true, path);
  }
});
