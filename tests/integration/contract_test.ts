/**
 * The OpenAPI document against the server that serves it: every operation is driven with valid and
 * with invalid requests, and every answer must be one that the document tells, down to its fields and
 * its codes.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Call,
  isPathPart,
  pathOf,
  plainCall,
  spoiltBodies,
  validCalls,
} from "../support/contract_calls.ts";
import { RestClient, type RestKey } from "../support/client_rest.ts";
import { ContractDriver } from "../support/contract_driver.ts";
import { type ContractOperation, OpenApiContract } from "../support/open_api_contract.ts";
import {
  eventually,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

/** Requests of each way to each operation. */
const RUNS = 8;
/** No client is to wait for its limits here. */
const LIMITS = { EDGEBOOK_LIMIT_KEY_RATE: "10000", EDGEBOOK_LIMIT_ADDRESS_RATE: "10000" };

/** What may be wrong about any request. */
async function spoil(driver: ContractDriver, operation: ContractOperation): Promise<void> {
  const [call] = driver.sample(validCalls(driver, operation), `${operation.operationId} spoil`, 1);
  assert.ok(call !== undefined);
  const key = driver.keyOf(operation);
  const with_ = (changes: Partial<Call>): Call => ({ ...call, ...changes });
  const query = call.path.includes("?") ? "&" : "?";
  const nonsense = with_({ path: `${call.path}${query}nonsense=1` });
  const refused = await driver.send(operation, nonsense, key);
  if (call.path.startsWith("/v1/")) {
    assert.deepEqual([operation.operationId, refused.status], [operation.operationId, 400]);
  }
  await driver.send(operation, with_({ path: `${call.path}${query}${"x".repeat(2_100)}=1` }), key);
  if (key === null) return;
  const bearer = { Authorization: "Bearer a.b.c" };
  const strangers: [Partial<Call>, RestKey | null][] = [
    [{}, null],
    [{}, { key: key.key, secret: "wrong" }],
    [{}, { key: "no_such_key", secret: key.secret }],
    [{ headers: { "X-Edgebook-Timestamp": "1700000000000" } }, key],
    [{ headers: { "X-Edgebook-Timestamp": "soon" } }, key],
    [{ headers: { "X-Edgebook-Recv-Window": "0" } }, key],
    [{ headers: { "Idempotency-Key": "a b" } }, key],
    [{ headers: bearer }, key],
    [{ headers: bearer }, null],
  ];
  for (const [changes, other] of strangers) {
    const { status } = await driver.send(operation, with_(changes), other);
    assert.ok(status === 400 || status === 401, `${operation.operationId}: ${status}`);
  }
  const scope = operation["x-edgebook-scope"] === "admin" ? "1" : "admin";
  const { status } = await driver.send(operation, call, driver.keys.get(scope) ?? null);
  assert.equal(status, 403, operation.operationId);
  if (call.body === "") {
    if (operation.method === "GET") return;
    await driver.send(operation, with_({ body: "{}" }), key);
    return;
  }
  const types = { "Content-Type": "text/plain" };
  await driver.send(operation, with_({ headers: types }), key);
  for (const body of ["{", "[]", '"x"', "null", `{"a":"${"b".repeat(70_000)}"}`]) {
    await driver.send(operation, with_({ body }), key);
  }
}

async function drive(driver: ContractDriver, operation: ContractOperation): Promise<void> {
  const { operationId, parameters } = operation;
  await driver.refresh();
  const calls = [
    plainCall(driver, operation),
    ...driver.sample(validCalls(driver, operation), operationId, RUNS),
  ];
  for (const [index, call] of calls.entries()) {
    await driver.send(operation, call, driver.keyOf(operation, index % 2 === 0 ? "1" : "2"));
  }
  const [first] = calls;
  assert.ok(first !== undefined);
  if (operation.requestBody !== undefined) {
    const bodies = driver.sample(
      spoiltBodies(driver, operation),
      `${operationId} body`,
      3 * RUNS,
    );
    for (const body of bodies) {
      await driver.send(operation, { ...first, body }, driver.keyOf(operation));
    }
  }
  for (const { name, in: place } of parameters) {
    if (place === "header") continue;
    const any = fc.string({ minLength: 1, maxLength: 30 }).filter(isPathPart);
    const texts = driver.sample(any, operationId + name, 4);
    for (const text of texts) {
      const given = Object.fromEntries(
        parameters.filter((one) => one.in === "path" || one.required)
          .map((one) => [one.name, one.example]),
      );
      const path = pathOf(operation, { ...given, [name]: text });
      await driver.send(operation, { ...first, path }, driver.keyOf(operation));
    }
  }
  await spoil(driver, operation);
}

/** Keys that may do all that an account may, for two accounts of one owner, and the operator's. */
async function keysOf(data: string, gateway: string, admin: RestKey) {
  const act = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runTask("admin", ["--data", data, "--json", ...args]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const keys = new Map([["admin", admin]]);
  for (const account of ["1", "2"]) {
    await act("accounts", "open", account, "--trade-group", "7");
    const made = await act("keys", "create", account, "--scopes", "read,trade,keys") as RestKey;
    keys.set(account, made);
    const client = new RestClient(gateway, made);
    await eventually("the key to be known", async () => {
      return (await client.request("GET", "/v1/keys")).status === 200 || undefined;
    });
  }
  return keys;
}

Deno.test("every answer of every operation is one that the document tells", async () => {
  const seed = Number(Deno.env.get("CONTRACT_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}`);
  await withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data, [], LIMITS);
    keep(market);
    const contract = await OpenApiContract.of(line.gateway);
    const admin = line.keys.find(({ account }) => account === "admin");
    assert.ok(admin !== undefined);
    const keys = await keysOf(data, line.gateway, admin);
    const driver = new ContractDriver(line.gateway, contract, keys, seed);
    // Twice: what the first round has placed is there to be read, amended and canceled in the second.
    for (let round = 0; round < 2; round++) {
      driver.round = round;
      for (const operation of contract.operations) await drive(driver, operation);
    }
    for (const { operationId, responses } of contract.operations) {
      const seen = driver.seen.get(operationId) ?? new Set();
      const good = [...seen].filter((status) => status < 300);
      assert.ok(good.length > 0, `seed ${seed}: ${operationId} has only ${[...seen]}`);
      assert.ok(Object.keys(responses).length > 0);
    }
    for (const code of ["missing_field", "unknown_field", "invalid_decimal", "price_off_tick"]) {
      assert.ok(driver.codes.has(code), `seed ${seed}: ${code} was never met`);
    }
    console.log(`${driver.sent} requests`);
    console.log(`${driver.codes.size} codes met: ${[...driver.codes].sort().join(" ")}`);
  });
});
