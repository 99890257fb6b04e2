/**
 * The shell blocks of the README, run as a reader would copy them.
 *
 * @module
 */
import assert from "node:assert/strict";

/** The shell block of the README that contains a text. */
export async function shellBlock(contains: string): Promise<string> {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const blocks = Array.from(readme.matchAll(/^```sh\n(.*?)^```$/gms), ([, body]) => body);
  const found = blocks.filter((body) => body.includes(contains));
  assert.equal(found.length, 1, `one block of the README has ${contains}`);
  return found[0];
}

/** Runs the block on a market in `data` and reads the JSON lines that it prints. */
export async function runBlock(block: string, data: string): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-eu", "-c", block.replaceAll("data/run", `${data}/run`)],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}
