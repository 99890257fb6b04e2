import assert from "node:assert/strict";
import { forwardLines, LINE_LENGTH_MAX } from "../../../workers/supervisor/log_lines.ts";

function streamOf(...chunks: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return ReadableStream.from(chunks.map((chunk) => encoder.encode(chunk)));
}

Deno.test("log lines: whole lines, however the bytes come, and the rest at the end", async () => {
  const lines: string[] = [];
  await forwardLines(streamOf("on", "e\ntw", "o\n\nthree"), (line) => lines.push(line));
  assert.deepEqual(lines, ["one", "two", "three"]);
});

Deno.test("log lines: an endless line is cut", async () => {
  const lines: string[] = [];
  const chunk = "x".repeat(LINE_LENGTH_MAX);
  await forwardLines(streamOf(chunk, chunk, chunk, "\nnext\n"), (line) => lines.push(line));
  assert.deepEqual(lines.map((line) => line.length), [LINE_LENGTH_MAX, 4]);
});
