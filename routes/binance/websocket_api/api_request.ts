/**
 * What a client of the WebSocket API sends: JSON with an id, a method and its parameters by name.
 *
 * Parameters are kept as the text that stood in the JSON, numbers too: it is what the client has
 * signed, and what the REST endpoints read.
 *
 * @module
 */
import type { Parameters } from "../parameters.ts";

/** Longest request that is looked at, in characters. */
export const API_REQUEST_LENGTH_MAX = 8_192;

/** One request. */
export interface ApiRequest {
  /** In JSON, as its answer repeats it. */
  readonly id: string;
  readonly method: string;
  readonly parameters: Parameters;
}

/** What is wrong with a request that cannot be read. */
export interface ApiFault {
  readonly id: string;
  readonly msg: string;
}

const ID_LENGTH_MAX = 36;
const NO_ID = "null";
/** A method may be named with its version. */
const VERSION_PATTERN = /^v3\//;

/** A number as it stood in the JSON. */
class NumberText {
  constructor(readonly text: string) {}

  /** Within a list it goes on as it came, as far as JSON can say. */
  toJSON(): number {
    return Number(this.text);
  }
}

/** `JSON.parse` with the third argument that the library's types do not know yet. */
const parseJson: (
  text: string,
  reviver: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown = JSON.parse;

/** Reads a request. */
export function readApiRequest(data: unknown): ApiRequest | ApiFault {
  if (typeof data !== "string") return { id: NO_ID, msg: "Invalid JSON Request" };
  let json: unknown;
  try {
    json = parseJson(
      data,
      (_key, value, context) =>
        typeof value === "number" ? new NumberText(context?.source ?? String(value)) : value,
    );
  } catch {
    return { id: NO_ID, msg: "Invalid JSON Request" };
  }
  if (!isObject(json)) return { id: NO_ID, msg: "Invalid JSON Request" };
  const { id: given = null, method, params = {} } = json;
  const id = idOf(given);
  if (id === null) return { id: NO_ID, msg: "JSON sent for parameter 'id' is not valid" };
  if (typeof method !== "string" || !isObject(params)) {
    const name = typeof method === "string" ? "params" : "method";
    return { id, msg: `JSON sent for parameter '${name}' is not valid` };
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(params)) {
    const text = textOf(value);
    if (text === null) return { id, msg: "JSON sent for a parameter is not valid" };
    parameters.set(name, text);
  }
  return { id, method: method.replace(VERSION_PATTERN, ""), parameters };
}

/**
 * What a request's signature is of: its parameters but the signature, in the order of their names.
 *
 * @param encode how values are written
 */
export function signedText(
  parameters: Parameters,
  encode: (value: string) => string = (value) => value,
): string {
  return [...parameters]
    .filter(([name]) => name !== "signature")
    .sort(([one], [other]) => one < other ? -1 : 1)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join("&");
}

function idOf(id: unknown): string | null {
  if (id === null) return NO_ID;
  if (id instanceof NumberText) return /^-?\d{1,19}$/.test(id.text) ? id.text : null;
  return typeof id === "string" && id.length <= ID_LENGTH_MAX ? JSON.stringify(id) : null;
}

/** A parameter's value as text; `null` where it is none. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (value instanceof NumberText) return value.text;
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? JSON.stringify(value) : null;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json) &&
    !(json instanceof NumberText);
}
