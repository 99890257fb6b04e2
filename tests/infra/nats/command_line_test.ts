import assert from "node:assert/strict";
import type { Msg, NatsConnection } from "nats.ws";
import { connectNats } from "../../../infra/nats/connect.ts";
import { type CommandLine, natsBlocks, readCommandLine } from "./command_line.ts";
import { withNats } from "./temporary_nats.ts";

/** Where a market's broker listens by default (workers/supervisor/broker.ts). */
const SERVER = "nats://127.0.0.1:4222";
const PAYLOAD = '{"symbol":"BTC-USD"}';
const ANSWER_MILLIS_MAX = 2_000;

/** Subscribes as the line says, and gives what it hears of a message that the market publishes. */
async function hear(line: CommandLine, reader: NatsConnection, market: NatsConnection) {
  const heard = new Promise<Msg>((resolve, reject) => {
    reader.subscribe(line.subject, {
      callback: (error, message) => error === null ? resolve(message) : reject(error),
    });
  });
  // A refusal may come before anybody looks.
  heard.catch(() => {});
  await reader.flush();
  market.publish(line.subject, PAYLOAD);
  await market.flush();
  return await heard;
}

/** Carries a command line out, with a client library in the tool's place. */
async function carryOut(
  line: CommandLine,
  servers: string,
  market: NatsConnection,
): Promise<string> {
  const reader = await connectNats({
    servers,
    credentials: await Deno.readTextFile(line.creds),
    name: "command line",
    inboxPrefix: line.inboxPrefix,
  });
  try {
    const message = line.command === "subscribe"
      ? await hear(line, reader, market)
      : await reader.request(line.subject, "", { timeout: ANSWER_MILLIS_MAX });
    return message.string();
  } finally {
    await reader.close();
  }
}

Deno.test("the page's command lines of nats hear and ask what they say", () =>
  withNats(async ({ server, dataDirectory, connectAs }) => {
    const market = await connectAs("marketData");
    market.subscribe("md.snapshot.*", { callback: (_, asked) => void asked.respond(PAYLOAD) });
    await market.flush();

    const blocks = await natsBlocks();
    const lines = await Promise.all(blocks.map((one) => readCommandLine(one, dataDirectory)));
    assert.deepEqual(lines.map(({ command }) => command), ["subscribe", "request"]);
    for (const line of lines) {
      assert.equal(line.server, SERVER);
      assert.equal(await carryOut(line, server.webSocketUrl, market), PAYLOAD);
    }

    // What the lines are held against can say no.
    const [subscribe, request] = lines;
    await assert.rejects(
      carryOut({ ...subscribe, subject: "user.2.reports" }, server.webSocketUrl, market),
      /PERMISSIONS_VIOLATION|Permissions Violation/,
    );
    await assert.rejects(
      carryOut({ ...request, inboxPrefix: "_INBOX" }, server.webSocketUrl, market),
    );
  }));
