/**
 * The client for apps as `deno task client` writes it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OUTPUT = "client/edgebook.js";

/** Writes `edgebook.js` into a directory, with the task's own command. */
export async function bundleClient(directory: string): Promise<void> {
  const [deno, ...args] = config.tasks.client.command.split(" ");
  assert.equal(deno, "deno");
  assert.ok(args.includes(OUTPUT));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: args.map((one) => one === OUTPUT ? `${directory}/edgebook.js` : one),
    cwd: ROOT,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}
