/**
 * The publisher of the fan-out bench. Its parent has it prepare a piece of the market, and publish it
 * in one of two ways at the same pace.
 *
 * @module
 */
import { connectNats } from "../../infra/nats/connect.ts";
import { nowMicros } from "./clock.ts";
import { serveParent } from "./part_process.ts";
import { type Prepared, Publishing } from "./publishing.ts";

/** What it is told. */
export type PublisherCommand =
  | { readonly prepare: { readonly deliveries: number; readonly connections: number } }
  | { readonly publish: "edgebook" | "bare"; readonly millis: number };

/** The answer to `publish`. */
export interface Published {
  readonly startMicros: number;
  readonly millis: number;
}

/** Shortest wait of a timer, between two looks at what is due. */
const TURN_MILLIS = 1;

const connection = await connectNats({
  servers: Deno.env.get("FANOUT_URL") ?? "",
  credentials: Deno.env.get("FANOUT_CREDENTIALS") ?? "",
  name: "fanout",
});
const publishing = new Publishing(connection);

async function publish(way: "edgebook" | "bare", millis: number): Promise<Published> {
  const count = publishing.appends;
  const perMicro = count / (millis * 1_000);
  const startMicros = nowMicros();
  for (let next = 0; next < count;) {
    const due = Math.min(count, Math.ceil((nowMicros() - startMicros) * perMicro));
    for (; next < due; next++) await publishing.publish(way, next);
    await new Promise((done) => setTimeout(done, TURN_MILLIS));
  }
  await publishing.drain();
  return { startMicros, millis: (nowMicros() - startMicros) / 1_000 };
}

await serveParent((command: PublisherCommand): Promise<Published> | Prepared => {
  if ("publish" in command) return publish(command.publish, command.millis);
  const { connections, deliveries } = command.prepare;
  return publishing.prepare(deliveries, connections);
});
