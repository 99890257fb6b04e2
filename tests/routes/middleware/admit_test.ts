/**
 * Limits, from the outside.
 *
 * @module
 */

import assert from "node:assert/strict";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { type Answer, TestGateway, type TestGatewayOptions } from "../test_gateway.ts";

/** A gateway whose buckets never fill up again: this many a second per key and per address. */
function limited(keyRate: number, addressRate: number, options: TestGatewayOptions = {}) {
  const policy = admissionPolicy(keyRate, addressRate);
  const admission = new MemoryAdmission({ policy, nowMicros: () => START_MICROS });
  return new TestGateway({ ...options, admission });
}

const fieldsOf = ({ headers }: Answer) =>
  ["ratelimit", "ratelimit-policy", "retry-after"].map((name) => headers.get(name));

Deno.test("every limited answer tells the client its limits", async () => {
  const gateway = limited(10, 100);
  const policies = '"key";q=20;w=2, "key-peak";q=10;w=1';
  const order = await gateway.place(1);
  assert.deepEqual([order.status, ...fieldsOf(order)], [201, '"key-peak";r=9;t=1', policies, null]);
  const open = await gateway.send("GET", "/v1/time");
  const byAddress = '"address";q=200;w=2, "address-peak";q=100;w=1';
  assert.deepEqual(fieldsOf(open), ['"address-peak";r=99;t=1', byAddress, null]);
  for (const path of ["/health/live", "/health/ready"]) {
    assert.deepEqual(fieldsOf(await gateway.send("GET", path)), [null, null, null], path);
  }
});

Deno.test("a key that is used up is told which limit, and when to come again", async () => {
  const gateway = limited(2, 100);
  for (const status of [201, 201, 429]) assert.equal((await gateway.place(1)).status, status);
  const answer = await gateway.place(1);
  const { code, field, limit, value, detail } = answer.body;
  assert.deepEqual([code, field, limit, value], ["rate_limited", "key-peak", "2", "0"]);
  assert.equal(detail, "The limit key-peak is used up; come again in 1 s.");
  assert.deepEqual(fieldsOf(answer).toSpliced(1, 1), ['"key-peak";r=0;t=1', "1"]);
  assert.equal((await gateway.place(2)).status, 201, "another key of the same address");
});

Deno.test("whoever shows no key is limited by the address; its neighbours and keys are not", async () => {
  const gateway = limited(100, 2);
  const from = (address: string) => gateway.send("GET", "/v1/time", { address });
  for (const status of [200, 200, 429]) assert.equal((await from("192.0.2.1")).status, status);
  assert.equal((await from("192.0.2.2")).status, 200);
  assert.equal((await gateway.signed(1, "GET", "/v1/balances")).status, 200);
});

Deno.test("in shadow mode limits are counted and told, and nobody is refused", async () => {
  const gateway = limited(1, 100, { settings: { enforcesLimits: false } });
  for (const left of ["0", "0", "0"]) {
    const answer = await gateway.place(1);
    assert.equal(answer.status, 201);
    assert.match(answer.headers.get("ratelimit") ?? "", new RegExp(`r=${left};`));
  }
  const { text } = await gateway.send("GET", "/metrics");
  assert.match(text, /decision="key-peak"} 2\n/);
});

Deno.test("whoever guesses signatures pays with the address, and the key's owner does not", async () => {
  const gateway = limited(100, 3);
  const address = "198.51.100.7";
  const guess = () => gateway.signed(1, "GET", "/v1/balances", { secret: "a guess", address });
  for (const status of [401, 401, 401, 429]) assert.equal((await guess()).status, status);
  assert.equal((await gateway.signed(1, "GET", "/v1/balances")).status, 200);
});

Deno.test("an order that trades at its entry is charged nothing", async () => {
  const gateway = limited(4, 100);
  const left = ({ headers }: Answer) => /r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
  // The leak is what lets four in at once; what is given back are tokens.
  for (let index = 0; index < 3; index++) await gateway.place(1, { quantity: "0.0010" });
  for (let index = 0; index < 3; index++) {
    const answer = await gateway.place(2, { side: "sell", quantity: "0.0010" });
    assert.equal(answer.body.status, "filled");
    assert.equal(left(answer), String(3 - index));
  }
  const { text } = await gateway.send("GET", "/metrics");
  assert.match(text, /^edgebook_admission_given_back_total 3$/m);
});

Deno.test("paths that are not there cost as well", async () => {
  const gateway = limited(10, 2);
  for (const status of [404, 404, 429]) {
    assert.equal((await gateway.send("GET", "/.env")).status, status);
  }
});

Deno.test("a decision that takes its time is waited for", async () => {
  const policy = admissionPolicy(1, 1);
  const memory = new MemoryAdmission({ policy, nowMicros: () => START_MICROS });
  const gateway = new TestGateway({
    admission: {
      policy,
      giveBack: () => {},
      admit: async (request) => {
        await Promise.resolve();
        return memory.admit(request);
      },
    },
  });
  assert.equal((await gateway.place(1)).status, 201);
  assert.equal((await gateway.place(1)).status, 429);
  assert.equal((await gateway.send("GET", "/v1/time", { address: "192.0.2.9" })).status, 200);
});
