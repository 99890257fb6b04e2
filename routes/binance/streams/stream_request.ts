/**
 * What a client of the streams sends: JSON with a method, its parameters and an id.
 *
 * @module
 */

/** Longest request that is looked at, in characters. */
export const STREAM_REQUEST_LENGTH_MAX = 65_536;

/** Id of a request, which its answer repeats. */
export type StreamRequestId = number | string | null;

/** One request. */
export type StreamRequest =
  & { readonly id: StreamRequestId }
  & (
    | { readonly method: "SUBSCRIBE" | "UNSUBSCRIBE"; readonly names: readonly string[] }
    | { readonly method: "LIST_SUBSCRIPTIONS" }
    | { readonly method: "SET_PROPERTY"; readonly value: boolean }
    | { readonly method: "GET_PROPERTY" }
  );

/** What is wrong with a request, as Binance numbers it. */
export interface StreamFault {
  readonly id: StreamRequestId;
  readonly code: number;
  readonly msg: string;
}

const PROPERTY = "combined";
const ID_LENGTH_MAX = 36;

/** Reads a request. */
export function readStreamRequest(text: unknown): StreamRequest | StreamFault {
  if (typeof text !== "string") return { id: null, code: 3, msg: "Invalid JSON" };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { id: null, code: 3, msg: "Invalid JSON" };
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return { id: null, code: 2, msg: "Invalid request: it is not an object" };
  }
  const { method, params = [], id = null } = json as Record<string, unknown>;
  if (!isId(id)) return { id: null, code: 2, msg: "Invalid request: id" };
  if (!Array.isArray(params)) return { id, code: 2, msg: "Invalid request: params is not a list" };
  switch (method) {
    case "SUBSCRIBE":
    case "UNSUBSCRIBE":
      if (params.every((name) => typeof name === "string")) return { id, method, names: params };
      return { id, code: 2, msg: "Invalid request: a stream is not a string" };
    case "LIST_SUBSCRIPTIONS":
      return { id, method };
    case "GET_PROPERTY":
    case "SET_PROPERTY":
      return readProperty(id, method, params);
    default:
      return { id, code: 2, msg: "Invalid request: unknown method" };
  }
}

function readProperty(
  id: StreamRequestId,
  method: "GET_PROPERTY" | "SET_PROPERTY",
  [name, value]: unknown[],
): StreamRequest | StreamFault {
  if (typeof name !== "string") {
    return { id, code: 2, msg: "Invalid request: property name must be a string" };
  }
  if (name !== PROPERTY) return { id, code: 0, msg: "Unknown property" };
  if (method === "GET_PROPERTY") return { id, method };
  return typeof value === "boolean"
    ? { id, method, value }
    : { id, code: 1, msg: "Invalid value type: expected Boolean" };
}

function isId(id: unknown): id is StreamRequestId {
  return id === null || Number.isSafeInteger(id) ||
    (typeof id === "string" && id.length <= ID_LENGTH_MAX);
}
