/**
 * The example of the page about the client, with the client as `deno task client` writes it, against a
 * running market.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { bundleClient } from "../support/client_bundle.ts";
import {
  eventually,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("the example of CLIENT.md streams, places, amends, lists and cancels", async () => {
  await withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    await bundleClient(data);
    const page = await Deno.readTextFile(`${ROOT}routes/client/CLIENT.md`);
    const [, example = ""] = /^```js\n([^]*?)^```$/m.exec(page) ?? [];
    const key = line.keys.find(({ account }) => account === "1");
    assert.ok(key !== undefined && example.includes("TradingClient"));
    const program = [
      `const url = ${JSON.stringify(line.gateway)};`,
      `const [id, secret] = ${JSON.stringify([key.key, key.secret])};`,
      "const show = (text) => console.log(text);",
      example,
      "await new Promise((done) => setTimeout(done, 500));",
      "console.log(`live ${book.isLive}`);",
      "client.close();",
    ].join("\n");
    await Deno.writeTextFile(`${data}/app.js`, program);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", `--allow-net=${new URL(line.gateway).host}`]
        .concat(`${data}/app.js`),
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let isEnded = false;
    const ended = child.output().then((output) => {
      isEnded = true;
      return output;
    });
    await eventually("the end of the app", () => isEnded || undefined);
    const { code, stderr, stdout } = await ended;
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const said = new TextDecoder().decode(stdout).trim().split("\n");
    const [orderId] = said.filter((one) => /^\d+$/.test(one));
    assert.ok(orderId !== undefined, said.join("\n"));
    for (const report of ["accepted", "amended", "canceled"]) {
      assert.ok(said.some((one) => one.startsWith(`${report} ${orderId} `)), said.join("\n"));
    }
    assert.ok(said.some((one) => one.startsWith("40000.00,0.0500")), said.join("\n"));
    assert.equal(said.at(-1), "live true");
  });
});
