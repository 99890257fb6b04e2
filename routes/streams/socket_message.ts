/**
 * What a client says on a socket, read and checked: one JSON object a message.
 *
 * @module
 */
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem, receivedText } from "../problems/problem.ts";
import { SHOWN_LENGTH_MAX } from "../problems/problem.ts";
import { problemKind } from "../problems/problems.ts";

/** Longest message of a client, in characters. */
export const MESSAGE_LENGTH_MAX = 8_192;

/** What a client may ask for. */
export const SOCKET_OPS = ["subscribe", "unsubscribe", "login", "ping"] as const;
/** One of {@link SOCKET_OPS}. */
export type SocketOp = (typeof SOCKET_OPS)[number];

const FIELDS: Readonly<Record<SocketOp, readonly string[]>> = {
  subscribe: ["channels", "after", "trades"],
  unsubscribe: ["channels"],
  login: ["key", "timestamp", "recvWindow", "signature", "token"],
  ping: [],
};

/** What a client calls its message; `null`: nothing. */
export type MessageId = number | string | null;

/** A message. */
export interface SocketMessage {
  readonly op: SocketOp;
  readonly id: MessageId;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is wrong with a message, and what it was called as far as it could be read. */
export interface SocketRefusal {
  readonly problem: Problem;
  readonly id: MessageId;
}

/** Reads a message. */
export function readSocketMessage(text: unknown): SocketMessage | SocketRefusal {
  const refused = (problem: Problem, id: MessageId = null): SocketRefusal => ({ problem, id });
  if (typeof text !== "string") return refused(new Problem(EdgeCode.malformedJson));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused(new Problem(EdgeCode.malformedJson));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refused(new Problem(EdgeCode.notAnObject));
  }
  const { op, id: given, ...fields } = value as Record<string, unknown>;
  const id = idOf(given);
  if (given !== undefined && id === null) {
    return refused(invalidField("id", `a number or at most ${SHOWN_LENGTH_MAX} characters`, given));
  }
  const known = SOCKET_OPS.find((one) => one === op);
  if (known === undefined) return refused(invalidField("op", SOCKET_OPS.join(" | "), op), id);
  const unknown = Object.keys(fields).find((name) => !FIELDS[known].includes(name));
  if (unknown === undefined) return { op: known, id, fields };
  const limit = ["op", "id", ...FIELDS[known]].join(" | ");
  return refused(
    new Problem(EdgeCode.unknownField, { field: unknown.slice(0, SHOWN_LENGTH_MAX), limit }),
    id,
  );
}

/** A field of a message that is not right. */
export function invalidField(field: string, limit: string, value: unknown): Problem {
  return new Problem(EdgeCode.invalidField, { field, limit, value: receivedText(value) });
}

/** A problem as a socket tells it. */
export function errorText({ code, details }: Problem, id: MessageId): string {
  const { code: name, title } = problemKind(code);
  const { detail = `${title}.`, field, limit, value } = details;
  return JSON.stringify({
    type: "error",
    ...(id === null ? {} : { id }),
    code: name,
    detail,
    field,
    limit,
    value: value?.slice(0, SHOWN_LENGTH_MAX),
  });
}

function idOf(given: unknown): MessageId {
  if (typeof given === "number" && Number.isFinite(given)) return given;
  return typeof given === "string" && given.length <= SHOWN_LENGTH_MAX ? given : null;
}
