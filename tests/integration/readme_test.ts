/**
 * The README's first order, taken from there and run by a shell as a reader would copy it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { runBlock, shellBlock } from "./readme_block.ts";
import { StartedMarket } from "../workers/supervisor/started_market.ts";

Deno.test("the README's first order trades, and the same lines again are duplicates", async () => {
  const data = await Deno.makeTempDir({ prefix: "edgebook-readme-" });
  const { market } = await StartedMarket.start(data);
  try {
    const block = await shellBlock("first-buy");
    const [sell, buy] = await runBlock(block, data);
    assert.equal(sell.status, "new");
    assert.equal(buy.status, "filled");
    assert.equal(buy.executedQuantity, "0.2000");
    assert.equal(buy.duplicate, false);
    const again = await runBlock(block, data);
    assert.deepEqual(again, [{ ...sell, duplicate: true }, { ...buy, duplicate: true }]);
  } finally {
    await market.end("SIGTERM");
    await market.kill();
    await Deno.remove(data, { recursive: true });
  }
});
