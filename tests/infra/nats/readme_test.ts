import assert from "node:assert/strict";
import { signal } from "../../../infra/nats/server_process.ts";
import { OutputReader, readmeProgram } from "./readme_examples.ts";
import { withNats } from "./temporary_nats.ts";

Deno.test("the README's program for browsers gets a snapshot and then the trades", async () => {
  const program = await readmeProgram("js");
  await withNats(async ({ server, connectAs, dataDirectory }) => {
    const marketData = await connectAs("marketData");
    marketData.subscribe("md.snapshot.*", {
      callback: (_, message) => void message.respond('{"symbol":"BTC-USD","sequence":"1"}'),
    });
    await marketData.flush();
    const creds = await Deno.readTextFile(`${dataDirectory}/nats/creds/subscriber.creds`);
    const path = `${dataDirectory}/page.js`;
    await Deno.writeTextFile(
      path,
      program.replace("SUBSCRIBER CREDENTIALS", creds)
        .replace("ws://127.0.0.1:8443", server.webSocketUrl),
    );
    // Deno's WebSocket is the browser's interface; the page needs nothing else of a browser.
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-lock", "--allow-net=127.0.0.1"].concat(
        "--config",
        new URL("../../../deno.json", import.meta.url).pathname,
        path,
      ),
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const output = new OutputReader(child.stdout);
    try {
      assert.match(await output.until("\n"), /^snapshot \{ symbol: "BTC-USD", sequence: "1" \}/);
      marketData.publish("md.BTC-USD.trades.json", '{"sequence":"2","prevSequence":"1"}');
      assert.match(await output.until("trade"), /trade \{ sequence: "2", prevSequence: "1" \}/);
    } finally {
      signal(child, "SIGKILL");
      await child.status;
      await output.close();
    }
  });
});
