/**
 * Forwards what a child process prints, line by line, so that the lines of several never mix.
 *
 * @module
 */

/** Takes one line of the log. */
export type Say = (line: string) => void;

/** A longer line is cut. */
export const LINE_LENGTH_MAX = 8_192;

/** Calls `say` with each line of a stream until it ends. Never rejects. */
export async function forwardLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  say: Say,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const bytes of stream) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = (lines.pop() ?? "").slice(0, LINE_LENGTH_MAX);
      for (const line of lines) if (line !== "") say(line.slice(0, LINE_LENGTH_MAX));
    }
  } catch {
    // The pipe broke with its process; what it still held is lost with it.
  }
  if (rest !== "") say(rest);
}
