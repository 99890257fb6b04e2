/**
 * The channels that a client names, and how far it had got in them.
 *
 * @module
 */
import { type Channel, CHANNEL_FEEDS, parseChannel } from "../../core/streams/channel.ts";
import { CHANNELS_MAX, type Cursor, parseCursor } from "../../core/streams/cursor.ts";
import type { Reference } from "../../infra/reference/reference.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem, receivedText } from "../problems/problem.ts";
import { unknownSymbol } from "../query_parameters.ts";

const FORM = `reports, or one of ${CHANNEL_FEEDS.join(" | ")} with a symbol, as in depth:BTC-USD`;

/** A place in every channel: none. */
export const NO_CURSOR: Cursor = new Map();

/**
 * The channels of a list, each once.
 *
 * @param room how many there may be
 */
export function readChannels(
  names: readonly unknown[],
  reference: Reference,
  room: number = CHANNELS_MAX,
): readonly Channel[] | Problem {
  if (names.length > room) {
    return new Problem(EdgeCode.tooManyChannels, {
      field: "channels",
      limit: `${CHANNELS_MAX} channels a stream`,
      value: `${CHANNELS_MAX - room + names.length}`,
    });
  }
  const channels = new Map<string, Channel>();
  for (const name of names) {
    const channel = typeof name === "string" ? parseChannel(name) : null;
    if (channel === null) {
      const value = receivedText(name);
      return new Problem(EdgeCode.unknownChannel, { field: "channels", limit: FORM, value });
    }
    if (channel.symbol !== null && reference.bySymbol(channel.symbol) === undefined) {
      return unknownSymbol(channel.symbol);
    }
    channels.set(channel.name, channel);
  }
  if (channels.size > 0) return [...channels.values()];
  return new Problem(EdgeCode.unknownChannel, {
    detail: "A stream needs a channel.",
    field: "channels",
    limit: FORM,
  });
}

/** The cursor that a client gives back; none where it gives none. */
export function readCursor(field: string, text: string | null): Cursor | Problem {
  if (text === null || text === "") return NO_CURSOR;
  return parseCursor(text) ??
    new Problem(EdgeCode.invalidCursor, {
      field,
      limit: "a cursor as a stream has given it",
      value: text,
    });
}
