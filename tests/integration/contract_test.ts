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
  type ContractOperation,
  type ContractParameter,
  OpenApiContract,
  type Schema,
} from "../support/open_api_contract.ts";
import type { RestKey } from "../support/client_rest.ts";
import { type Call, ContractDriver } from "../support/contract_driver.ts";
import { type Known, spoilt, valid } from "../support/schema_arbitrary.ts";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

/** Requests of each way to each operation. */
const RUNS = 12;
/** No client is to wait for its limits here. */
const LIMITS = { EDGEBOOK_LIMIT_KEY_RATE: "10000", EDGEBOOK_LIMIT_ADDRESS_RATE: "10000" };

/** A new order takes no name that is taken, and mostly is one that can be placed. */
const FRESH: Known = {
  clientOrderId: [],
  type: ["limit"],
  quoteQuantity: ["100.00"],
  timeInForce: ["GTC"],
};

/** Requests whose parts are each as the document says. */
function validCalls(driver: ContractDriver, operation: ContractOperation): fc.Arbitrary<Call> {
  const { parameters, requestBody } = operation;
  const values = Object.fromEntries(
    parameters.map(({ name, schema }) => [name, valid(schema, driver.known, name)]),
  ) as Record<string, fc.Arbitrary<string>>;
  const required = parameters.filter((one) => one.required || one.in === "path");
  const chosen = fc.record(values, { requiredKeys: required.map(({ name }) => name) });
  const schema = bodySchema(driver, operation);
  const known = operation.operationId === "placeOrder"
    ? { ...driver.known, ...FRESH }
    : driver.known;
  const body = schema === null ? fc.constant(undefined) : valid(schema, known);
  assert.equal(requestBody === undefined, schema === null);
  return fc.tuple(chosen, body).map(([given, content]) => ({
    path: pathOf(operation, given),
    body: content === undefined ? "" : JSON.stringify(content),
    headers: headersOf(parameters, given),
  }));
}

/** The operation's example, with what it must name named by something that is there. */
function plainCall(driver: ContractDriver, operation: ContractOperation): Call {
  const required = operation.parameters.filter((one) => one.required);
  const given = Object.fromEntries(
    required.map(({ name, example }) => [name, driver.known[name]?.[0] ?? example]),
  );
  const content = operation.requestBody?.content["application/json"]?.example;
  const body = content === undefined ? "" : JSON.stringify(content);
  return { path: pathOf(operation, given), body, headers: {} };
}

function bodySchema(driver: ContractDriver, { requestBody }: ContractOperation): Schema | null {
  const json = requestBody?.content["application/json"];
  return json === undefined ? null : driver.contract.resolve<Schema>(json.schema);
}

function pathOf({ path, parameters }: ContractOperation, given: Record<string, string>): string {
  const filled = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => encodeURIComponent(given[name] ?? ""),
  );
  const query = new URLSearchParams();
  for (const { name, in: place } of parameters) {
    const value = given[name];
    if (place === "query" && value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}

/** Headers that are not signed; those that are (a receive window, a key) the client itself adds. */
function headersOf(
  parameters: readonly ContractParameter[],
  given: Record<string, string>,
): Record<string, string> {
  const prefer = given.Prefer === undefined ? undefined : "respond-async";
  const isAsked = parameters.some(({ name }) => name === "Prefer") && prefer !== undefined;
  return isAsked && given.Prefer!.length % 4 === 0 ? { Prefer: "respond-async" } : {};
}

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
  const schema = bodySchema(driver, operation);
  if (schema !== null) {
    const [call] = calls;
    assert.ok(call !== undefined);
    for (
      const body of driver.sample(spoilt(schema, driver.known), `${operationId} body`, 3 * RUNS)
    ) {
      const spoiltCall = { ...call, body: JSON.stringify(body) };
      await driver.send(operation, spoiltCall, driver.keyOf(operation));
    }
  }
  for (const { name, in: place } of parameters) {
    if (place === "header") continue;
    const texts = driver.sample(fc.string({ minLength: 1, maxLength: 30 }), operationId + name, 4);
    for (const text of texts) {
      const [first] = calls;
      assert.ok(first !== undefined);
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

Deno.test("every answer of every operation is one that the document tells", async () => {
  const seed = Number(Deno.env.get("CONTRACT_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}`);
  await withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data, [], LIMITS);
    keep(market);
    const contract = await OpenApiContract.of(line.gateway);
    const keys = new Map(line.keys.map((one) => [one.account, one]));
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
    console.log(`${driver.codes.size} codes met: ${[...driver.codes].sort().join(" ")}`);
  });
});
