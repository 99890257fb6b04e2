import assert from "node:assert/strict";
import { connectNats } from "../../infra/nats/connect.ts";
import { withNats } from "../infra/nats/temporary_nats.ts";
import { until } from "../workers/market_data/market_stream.ts";
import { LossyRelay } from "./lossy_relay.ts";

Deno.test("lossy relay: loses the messages that it is told to, whole, and nothing else", async () => {
  await withNats(async (nats) => {
    const seen: string[] = [];
    await using relay = new LossyRelay(nats.server.webSocketUrl, ({ payload, subject }) => {
      const text = new TextDecoder().decode(payload);
      seen.push(`${subject} ${text}`);
      return text.startsWith("lost");
    });
    const connection = await connectNats({
      servers: relay.url,
      credentials: nats.server.credentials.subscriber,
      name: "test",
    });
    const got: string[] = [];
    connection.subscribe("md.A-B.*.bin", {
      callback: (_, message) => got.push(`${message.subject} ${message.string()}`),
    });
    await connection.flush();
    const publisher = await nats.connectAs("marketData");
    const long = "x".repeat(300_000);
    const all = ["one", "lost\r\nMSG", "", long, "lost too", "last"];
    for (const text of all) publisher.publish("md.A-B.depth.bin", text);
    await until(() => got.length === 4, "what was not lost");
    assert.deepEqual(got, ["one", "", long, "last"].map((text) => `md.A-B.depth.bin ${text}`));
    assert.deepEqual(seen, all.map((text) => `md.A-B.depth.bin ${text}`));
    // Requests go through it in both directions.
    publisher.subscribe("md.snapshot.A-B", { callback: (_, asked) => void asked.respond("book") });
    await publisher.flush();
    assert.equal((await connection.request("md.snapshot.A-B")).string(), "book");
    await connection.close();
  });
});

Deno.test("lossy relay: a broker that is not there closes the connection", async () => {
  await using relay = new LossyRelay("ws://127.0.0.1:1", () => false);
  const socket = new WebSocket(relay.url);
  await new Promise<void>((closed) => socket.onclose = () => closed());
});
