/**
 * A real browser subscribes to the market: a page with the program of infra/nats/README.md, bundled,
 * in Chromium, against a market as `deno task start` runs it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { provision } from "../../../infra/provision/provision.ts";
import { runBlock, shellBlock } from "../../integration/readme_block.ts";
import { CHROMIUM_ARGUMENTS } from "./chromium_arguments.ts";
import { readmeProgram } from "../../infra/nats/readme_examples.ts";
import { StartedMarket } from "../../workers/supervisor/started_market.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const WAIT_MILLIS_MAX = 20_000;

/** Bundles a program for the browser. */
async function bundle(program: string, directory: string): Promise<string> {
  await Deno.writeTextFile(`${directory}/page.js`, program);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--config", `${ROOT}deno.json`, "--platform", "browser"].concat(
      "--output",
      `${directory}/bundle.js`,
      `${directory}/page.js`,
    ),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return await Deno.readTextFile(`${directory}/bundle.js`);
}

Deno.test("a page in Chromium gets a snapshot and sees the market trade", async () => {
  const directory = await Deno.makeTempDir({ prefix: "edgebook-browser-" });
  const data = `${directory}/data`;
  const executablePath = await provision("chromium", { say: console.error });
  const { market, line } = await StartedMarket.start(data);
  const program = (await readmeProgram("js"))
    .replace("SUBSCRIBER CREDENTIALS", line.subscriberCreds)
    .replace("ws://127.0.0.1:8443", line.natsWebSocket);
  const script = await bundle(program, directory);
  const page = `<!doctype html><title>edgebook</title><script type="module">${script}</script>`;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }),
  );
  const browser = await chromium.launchPersistentContext(`${directory}/profile`, {
    executablePath,
    headless: true,
    args: [...CHROMIUM_ARGUMENTS],
  });
  try {
    const tab = await browser.newPage();
    const seen: string[] = [];
    tab.on("console", (message) => seen.push(message.text()));
    tab.on("pageerror", (error) => seen.push(`error ${error.message}`));
    const waitFor = async (text: string) => {
      const until = performance.now() + WAIT_MILLIS_MAX;
      while (!seen.some((one) => one.startsWith(text))) {
        assert.ok(performance.now() < until, `no ${text} in ${JSON.stringify(seen)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await tab.goto(`http://127.0.0.1:${server.addr.port}/`);
    await waitFor("snapshot");
    await runBlock(await shellBlock("first-buy"), data);
    await waitFor("trade");
    assert.deepEqual(seen.filter((one) => one.startsWith("error")), []);
  } finally {
    await browser.close();
    await server.shutdown();
    await market.end("SIGTERM");
    await market.kill();
    await Deno.remove(directory, { recursive: true });
  }
});
