/**
 * How far a client has got in the channels of a stream that can be resumed, as a text that it gives
 * back: `reports.12~trades:BTC-USD.1290`.
 *
 * The number is that of the account's last report, or the id of the last trade. Other channels need
 * none: they begin with a snapshot, or with what is said next.
 *
 * @module
 */
import { SAFE_MAX } from "../protocol/wire_buffer.ts";
import { parseChannel } from "./channel.ts";

/** Channels of a stream. */
export const CHANNELS_MAX = 32;
/** Longest text of a cursor. */
export const CURSOR_LENGTH_MAX = 1_536;

/** Numbers by the names of their channels. */
export type Cursor = ReadonlyMap<string, number>;

const ENTRY_PATTERN = /^([^~]{1,48})\.(\d{1,16})$/;
const EMPTY = "-";

/** The text of a cursor. O(channels). */
export function formatCursor(cursor: Cursor): string {
  if (cursor.size === 0) return EMPTY;
  let text = "";
  for (const [name, number] of cursor) text += `${text === "" ? "" : "~"}${name}.${number}`;
  return text;
}

/** Reads what a client gives back; `null` where it is no cursor. O(length). */
export function parseCursor(text: string): Cursor | null {
  if (text === EMPTY) return new Map();
  if (text.length > CURSOR_LENGTH_MAX) return null;
  const cursor = new Map<string, number>();
  for (const entry of text.split("~")) {
    const [, name, digits] = ENTRY_PATTERN.exec(entry) ?? [];
    const kind = name === undefined ? null : parseChannel(name)?.kind;
    const number = Number(digits);
    if (kind !== "reports" && kind !== "trades") return null;
    if (number > SAFE_MAX || cursor.has(name) || cursor.size === CHANNELS_MAX) return null;
    cursor.set(name, number);
  }
  return cursor;
}
