/**
 * Another language: a client in Python that reads the served document, and places, amends, reads and
 * cancels an order by it, with the standard library alone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

const CLIENT = fileURLToPath(new URL("./contract_client.py", import.meta.url));

async function hasPython(): Promise<boolean> {
  try {
    return (await new Deno.Command("python3", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "a client in Python that has only the document trades by it",
  ignore: !await hasPython(),
  fn: () =>
    withDataDirectory(async (data, keep) => {
      const { market, line } = await StartedMarket.start(data);
      keep(market);
      const [key] = line.keys;
      assert.ok(key !== undefined);
      const { code, stdout, stderr } = await new Deno.Command("python3", {
        args: [CLIENT, line.gateway, key.key, key.secret],
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
        place: [201, "new"],
        repeat: [200, "new"],
        conflict: [409, "different_content"],
        offTick: [400, "price_off_tick"],
        read: [200, "new"],
        amend: [200, "new"],
        depth: [200, null],
        cancel: [200, "canceled"],
        gone: [404, "unknown_order"],
      });
    }),
});
