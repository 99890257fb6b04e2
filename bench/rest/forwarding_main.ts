/**
 * The same gateway, signed, limited and validated in the same way, but each order is forwarded by
 * one plain NATS request and answered by one reply: what people build without batching. The
 * responder ({@link ./responder_main.ts}) answers at once and journals nothing.
 *
 * @module
 */
import { LeaderClock } from "../../core/auth/leader_clock.ts";
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { readCommandReport } from "../../core/protocol/command_report.ts";
import { frameCount, FrameKind } from "../../core/protocol/frame.ts";
import { ordersSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { readConfig } from "../../infra/config.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import type { Command, OrderGateway, Submitted } from "../../infra/orders/commands.ts";
import { writeCommand } from "../../infra/orders/write_command.ts";
import { ADMISSION_VARIABLES, createAdmission } from "../../infra/upstash/create_admission.ts";
import { createApp } from "../../routes/app.ts";
import { BackendLink } from "../../routes/backend_link.ts";
import { GatewayTotal } from "../../routes/gateway_total.ts";
import { BODY_SWEEP_MILLIS, BodyReads } from "../../routes/middleware/body_reads.ts";

/** Shard that nobody leads: its subject is the responder's. */
export const FORWARDING_SHARD = 9;

const config = readConfig(["natsUrl", "natsCredentials", "masterKey", ...ADMISSION_VARIABLES]);
const connect = {
  servers: config.natsUrl,
  credentials: config.natsCredentials,
  name: "bench-forwarding",
};
const nowMicros = () => Date.now() * 1_000;
const link = new BackendLink({
  connect,
  shard: 0,
  masterKey: config.masterKey,
  steadyMicros: () => performance.now() * 1_000,
  clock: new LeaderClock(),
  ownMicros: nowMicros,
  log: (_, message) => console.error(message),
});
void link.run();
const connection = await connectNats(connect);
const subject = ordersSubject(FORWARDING_SHARD);
const idle: OutgoingFrame[] = [];
let number = 0;
const status = {
  waitingRecords: 0,
  framesInFlight: 0,
  roundTripMicros: 0,
  submitted: 0,
  answered: 0,
  pending: 0,
  refused: 0,
  framesSent: 0,
  framesResent: 0,
  down: null,
  lastAnswerMillis: 0,
};

async function submit(command: Command, waitMillis: number): Promise<Submitted> {
  const frame = idle.pop() ?? new OutgoingFrame(1);
  frame.open(++number, 0);
  writeCommand(frame, command);
  frame.seal(FrameKind.orders, 1);
  sealCrc(frame.wire, frame.byteLength);
  const { data } = await connection.request(subject, frame.message, { timeout: waitMillis });
  idle.push(frame);
  const answer = WireBuffer.copyOf(data);
  return readCommandReport(answer, 0, frameCount(answer, 0));
}

const bodies = new BodyReads();
setInterval(() => bodies.sweep(), BODY_SWEEP_MILLIS);
const notForwarded = () => Promise.reject(new Error("only single orders are forwarded"));
const orders: OrderGateway = {
  submit,
  submitAll: notForwarded,
  takes: () => true,
  submitRecords: notForwarded,
  status,
};
const app = createApp({
  backend: () => link.backend === null ? null : { ...link.backend, orders },
  admission: createAdmission(config, nowMicros),
  limits: () => null,
  total: new GatewayTotal(100_000, 4_096, 0),
  steadyMicros: nowMicros,
  nowMicros,
  clockFinding: () => null,
  bodies,
  settings: {
    shard: 0,
    waitMillis: 3_000,
    trustedProxies: 0,
    enforcesLimits: true,
    appSigner: null,
    natsServers: [],
  },
  log: () => {},
  isDraining: () => false,
});
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(JSON.stringify({ port })),
}, app.fetch);
