/**
 * Requests to an operation by what its document says: good ones, and the operation's own example.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ContractDriver } from "./contract_driver.ts";
import { damagedFrames, type FrameBytes, validFrames } from "./frame_arbitrary.ts";
import {
  type ContractOperation,
  type ContractParameter,
  FRAME_TYPE,
  type Schema,
} from "./open_api_contract.ts";
import type { Known } from "./schema_arbitrary.ts";

/** One request, before it is signed. */
export interface Call {
  readonly path: string;
  readonly body: string | FrameBytes;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it asks for a WebSocket. */
  readonly isUpgrade: boolean;
}

/** A new order takes no name that is taken, and mostly is one that can be placed. */
const FRESH_ORDER: Known = {
  clientOrderId: [],
  type: ["limit"],
  quoteQuantity: ["100.00"],
  timeInForce: ["GTC"],
};
/** What an operation's fields are otherwise than those of others. */
const FRESH: Readonly<Record<string, Known>> = {
  placeOrder: FRESH_ORDER,
  testOrder: FRESH_ORDER,
  replaceOrder: FRESH_ORDER,
  replaceOrderByClientId: FRESH_ORDER,
  defineInstrument: {
    symbol: ["SOL-USD", "DOT-USD", "BTC-USD", "SOL-ETH"],
    tickSize: ["0.01", "0.05", "0", "0.0000001"],
    lotSize: ["0.01", "1"],
    priceMax: ["10000.00", "10000", "90000000000"],
    quantityMax: ["100000", "10"],
    makerFeeRate: ["0.0001", "1"],
    takerFeeRate: ["0.0005", "0"],
    collarRate: ["0.05", "0"],
  },
  sendBatch: { ...FRESH_ORDER, clientOrderId: ["first-buy"] },
};

/** Whether a text can be a part of a path: a URL with a dot or two in its place is another URL. */
export const isPathPart = (text: string): boolean => text !== "." && text !== "..";

const NO_BODY: fc.Arbitrary<string | FrameBytes> = fc.constant("");

const takesFrames = ({ requestBody }: ContractOperation): boolean =>
  requestBody !== undefined && FRAME_TYPE in requestBody.content;

/** The names of fields that are known, as an operation may use them. */
function knownFor(driver: ContractDriver, { operationId }: ContractOperation): Known {
  return { ...driver.known, ...FRESH[operationId] };
}

/** Requests whose parts are each as the document says. */
export function validCalls(
  driver: ContractDriver,
  operation: ContractOperation,
): fc.Arbitrary<Call> {
  const { parameters, responses } = operation;
  const known = knownFor(driver, operation);
  const values = Object.fromEntries(
    parameters.map((one) => {
      const arbitrary = driver.values.valid(one.schema, known, one.name) as fc.Arbitrary<string>;
      return [one.name, one.in === "path" ? arbitrary.filter(isPathPart) : arbitrary];
    }),
  );
  const required = parameters.filter((one) => one.required || one.in === "path");
  const chosen = fc.record(values, { requiredKeys: required.map(({ name }) => name) });
  const isUpgrade = "101" in responses ? fc.boolean() : fc.constant(false);
  return fc.tuple(chosen, validBodies(driver, operation), isUpgrade).map(
    ([given, body, isUpgrade]) => ({
      path: pathOf(operation, given),
      body,
      headers: headersOf(parameters, given),
      isUpgrade,
    }),
  );
}

function validBodies(
  driver: ContractDriver,
  operation: ContractOperation,
): fc.Arbitrary<string | FrameBytes> {
  if (operation.requestBody === undefined) return NO_BODY;
  if (takesFrames(operation)) return validFrames(driver.known.orderId);
  const schema = bodySchema(operation);
  return driver.values.valid(schema, knownFor(driver, operation)).map((one) => JSON.stringify(one));
}

/** Bodies of which something is wrong. */
export function spoiltBodies(
  driver: ContractDriver,
  operation: ContractOperation,
): fc.Arbitrary<string | FrameBytes> {
  if (takesFrames(operation)) return damagedFrames(driver.known.orderId);
  return driver.values.spoilt(bodySchema(operation), knownFor(driver, operation))
    .map((one) => JSON.stringify(one));
}

/** The operation's example, with what it must name named by something that is there. */
export function plainCall(driver: ContractDriver, operation: ContractOperation): Call {
  const required = operation.parameters.filter((one) => one.required);
  const given = Object.fromEntries(
    required.map(({ name, example }) => [name, driver.known[name]?.[0] ?? example]),
  );
  const [content] = Object.values(operation.requestBody?.content ?? {});
  const isUpgrade = "101" in operation.responses;
  const call = { path: pathOf(operation, given), headers: {}, isUpgrade };
  if (content === undefined) return { ...call, body: "" };
  if (!takesFrames(operation)) return { ...call, body: JSON.stringify(content.example) };
  // Bytes stand in the document in base64.
  const body = Uint8Array.from(atob(content.example as string), (one) => one.charCodeAt(0));
  return { ...call, body };
}

function bodySchema({ operationId, requestBody }: ContractOperation): Schema {
  const json = requestBody?.content["application/json"];
  assert.ok(json !== undefined, operationId);
  return json.schema;
}

/** The path of an operation, with values in it and behind it. */
export function pathOf(
  { path, parameters }: ContractOperation,
  given: Readonly<Record<string, string>>,
): string {
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

const PREFERENCES = ["respond-async", "return=minimal", "wait=1", "return=minimal, wait=1"];

/** Header fields; the receive window, which is signed, the client itself adds. */
function headersOf(
  parameters: readonly ContractParameter[],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, in: place } of parameters) {
    const value = given[name];
    if (place !== "header" || value === undefined || name === "X-Edgebook-Recv-Window") continue;
    // Any other preference is passed over, and a field cannot have every character.
    if (name === "Prefer") headers[name] = PREFERENCES[value.length % PREFERENCES.length];
    else if (/^[\x21-\x7e]+$/.test(value)) headers[name] = value;
  }
  return headers;
}
