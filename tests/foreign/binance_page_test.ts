/**
 * The examples of routes/binance/BINANCE.md, run as a reader would copy them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { StartedMarket, withDataDirectory } from "../workers/supervisor/started_market.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The configuration that knows the libraries. */
const CONFIG = `${ROOT}tests/foreign/deno.json`;
const decoder = new TextDecoder();

/** Blocks of the page in one language. */
async function blocksOf(language: string): Promise<string[]> {
  const page = await Deno.readTextFile(`${ROOT}routes/binance/BINANCE.md`);
  const pattern = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return Array.from(page.matchAll(pattern), ([, body = ""]) => body);
}

/** Runs a command to its end, which must be a good one, and gives what it printed. */
async function printed(command: Deno.Command): Promise<string> {
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}

Deno.test("the examples of the page on the Binance dialect work", (t) =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const env: Record<string, string> = { EDGEBOOK_URL: line.gateway, NO_COLOR: "1" };
    for (const { account, key, secret } of line.keys) {
      env[`EDGEBOOK_KEY_${account}`] = key;
      env[`EDGEBOOK_SECRET_${account}`] = secret;
    }
    await t.step("in the shell", async () => {
      const [block = "", ...others] = await blocksOf("sh");
      assert.equal(others.length, 0);
      const args = ["-eu", "-c", block.replaceAll("data/run", `${data}/run`)];
      const lines = (await printed(new Deno.Command("sh", { args }))).trim().split("\n");
      const [sold, bought] = lines.map((text) => JSON.parse(text));
      assert.equal(sold.status, "NEW");
      assert.deepEqual([bought.status, bought.fills[0].price], ["FILLED", "50000.00000000"]);
    });
    const run = async (block: string): Promise<string> => {
      const path = `${data}/example.ts`;
      await Deno.writeTextFile(path, block);
      const args = ["run", "--quiet", "--frozen", "--allow-all", `--config=${CONFIG}`, path];
      return await printed(new Deno.Command(Deno.execPath(), { args, env }));
    };
    const [first = "", streams = "", own = "", second = "", third = "", ...others] = await blocksOf(
      "ts",
    );
    assert.equal(others.length, 0);
    await t.step("with binance", async () => {
      assert.match(await run(first), /^\d+ \[[^]*status: "PARTIALLY_FILLED"[^]*status: "NEW"/);
    });
    await t.step("with the streams of binance", async () => {
      assert.match(await run(streams), /u: \d+,\s+s: "BTCUSD",\s+b: "0\.0+",[^]*a: "50000\.0+"/);
    });
    await t.step("with the user data stream of binance", async () => {
      assert.match(await run(own), /e: "executionReport",[^]*S: "SELL",[^]*x: "NEW",\s+X: "NEW"/);
    });
    await t.step("with @binance/spot", async () => {
      assert.match(await run(second), /asset: "BTC",\s+free: "\d+\.20000000"/);
    });
    await t.step("with ccxt", async () => {
      assert.match(await run(third), /^\d+ open \{[^]*maker: 0\.0001,\s+taker: 0\.0005/);
    });
    assert.equal((await market.end("SIGTERM")).code, 0);
  }));
