/**
 * Frames of binary records, with the real core behind them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { admissionPolicy } from "../../../core/limits/policy.ts";
import { FRAME_BYTES_MAX, FRAME_HEADER_BYTES, RECORD_BYTES } from "../../../core/protocol/frame.ts";
import {
  OrderFlag,
  OrderType,
  OrderWord,
  Side,
  TimeInForce,
} from "../../../core/protocol/order_record.ts";
import { readU64, WireBuffer, writeU64 } from "../../../core/protocol/wire_buffer.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";
import { ClientFrame, type ReadReport, readReports } from "../../support/client_frames.ts";
import { START_MICROS } from "../memory_exchange.ts";
import { type RequestOptions, TestGateway } from "../test_gateway.ts";

const PATH = "/v1/frames";

const send = (gateway: TestGateway, body: Uint8Array<ArrayBuffer>, options: RequestOptions = {}) =>
  gateway.signed(1, "POST", PATH, { ...options, body });
const outline = (reports: readonly ReadReport[]) =>
  reports.map(({ index, kind, orderId }) => `${index} ${kind} ${orderId}`);

Deno.test("commands of all kinds are carried out in their order, and reported with their indexes", async () => {
  const gateway = new TestGateway();
  await gateway.place(2, { side: "sell", quantity: "0.1000", price: "50000.00" });
  const frame = new ClientFrame()
    .place({ key: 11 })
    .place({ priceTicks: 4_000_000 })
    .amend(2, 4_900_000, 4_000)
    .cancel({ key: 11 })
    .cancel({ id: 77 })
    .cancelAll(1);
  const answer = await send(gateway, frame.seal());
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/vnd.edgebook.frame");
  assert.deepEqual(outline(readReports(answer.bytes)), [
    "0 accepted 2",
    "0 trade 2",
    "0 rested 2",
    "1 accepted 3",
    "2 amended 2",
    "2 rested 2",
    "3 canceled 2",
    "4 rejected 0",
    "5 canceled 3",
    "5 summary 0",
  ]);
  assert.equal(gateway.exchange.state.orders.liveCount, 0);
  const last = readReports(answer.bytes).at(-1);
  assert.equal(last?.sequence, gateway.exchange.state.events.sequence);
  assert.equal(last?.stampMicros, gateway.exchange.stampMicros);
});

Deno.test("the gateway says whose the records are and until when they are good", async () => {
  const gateway = new TestGateway();
  const early = START_MICROS + 60_000;
  const frame = new ClientFrame()
    .place({ account: 1, key: 7, deadlineMicros: early })
    .place({ deadlineMicros: START_MICROS * 2 })
    .place();
  await send(gateway, frame.seal());
  const sent = WireBuffer.copyOf(gateway.exchange.frames[0]);
  const wordOf = (index: number) => (FRAME_HEADER_BYTES + index * RECORD_BYTES) >> 2;
  const accounts = [0, 1, 2].map((index) => sent.words[wordOf(index) + OrderWord.account]);
  assert.deepEqual(accounts, [1, 1, 1]);
  const deadlines = [0, 1, 2].map((index) =>
    readU64(sent.words, wordOf(index) + OrderWord.deadline)
  );
  const window = gateway.nowMicros + 5_000_000;
  assert.deepEqual(deadlines, [early, window, window]);
  const keys = [0, 1, 2].map((index) => {
    const word = wordOf(index) + OrderWord.keyLow;
    return [sent.words[word], sent.words[word + 1]];
  });
  assert.deepEqual(keys[0], [7, 0]);
  assert.ok(keys[1][1] >= 0xc0000000 && keys[2][1] >= 0xc0000000, "derived from the request");
  assert.notDeepEqual(keys[1], keys[2]);
});

Deno.test("a frame that fills several of the gateway's is answered in order, index for index", async () => {
  const gateway = new TestGateway();
  gateway.exchange.frameRecords = 3;
  const frame = new ClientFrame();
  for (let index = 0; index < 8; index++) {
    frame.place({ priceTicks: 4_000_000 + index, text: `c${index}` });
  }
  const answer = await send(gateway, frame.seal());
  assert.equal(answer.status, 200);
  const reports = readReports(answer.bytes);
  assert.deepEqual(reports.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(reports.map(({ fields }) => fields[0] - 4_000_000), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(reports.map(({ fields }) => fields[2]), Array(8).fill(0), "no text offsets");
  assert.equal(new Set(reports.map(({ stampMicros }) => stampMicros)).size, 3, "three appends");
  const sequences = reports.map(({ sequence }) => sequence);
  assert.deepEqual(sequences, sequences.toSorted((one, other) => one - other));
  for (let index = 0; index < 8; index++) {
    const { body } = await gateway.signed(1, "GET", `/v1/orders/by-client-id/c${index}`);
    assert.deepEqual([body.clientOrderId, body.price], [`c${index}`, `40000.0${index}`]);
  }
});

Deno.test("the same signed frame again repeats nothing and is answered with the first outcomes", async () => {
  const gateway = new TestGateway();
  const body = new ClientFrame().place().place({ key: 5 }).place({ text: "mine" }).cancel({
    key: 5,
  })
    .seal();
  const headers = gateway.sign(1, "POST", PATH, { body });
  const first = readReports((await gateway.send("POST", PATH, { body, headers })).bytes);
  const again = readReports((await gateway.send("POST", PATH, { body, headers })).bytes);
  assert.deepEqual(again.map(({ kind, isDuplicate }) => [kind, isDuplicate]), [
    ["summary", true],
    ["summary", true],
    ["summary", true],
    ["summary", true],
  ]);
  assert.deepEqual(again.map(({ orderId }) => orderId), first.map(({ orderId }) => orderId));
  assert.equal(gateway.exchange.state.orders.liveCount, 2);
  await send(gateway, body);
  assert.equal(gateway.exchange.state.orders.liveCount, 3, "in another request one is another");
});

Deno.test("a frame with anything wrong in its structure is refused, and nothing of it is sent", async () => {
  const gateway = new TestGateway();
  const frame = () => new ClientFrame().place();
  const cases: readonly (readonly [string, Uint8Array<ArrayBuffer>])[] = [
    ["length", new Uint8Array(24)],
    ["length", frame().seal().slice(0, 92)],
    ["length", frame().seal((wire) => wire.words[7] += 8)],
    ["magic", frame().seal((wire) => wire.words[0]++)],
    ["version", frame().seal((wire) => wire.bytes[4] = 2)],
    ["kind", frame().seal((wire) => wire.bytes[5] = 2)],
    ["count", frame().seal((wire) => wire.halves[3] = 0)],
    ["length", frame().seal((wire) => wire.halves[3] = 2)],
    ["sender", frame().seal((wire) => wire.words[3] = 9)],
    ["frame number", frame().seal((wire) => wire.words[4] = 1)],
    ["frames before", frame().seal((wire) => wire.halves[13] = 1)],
    ["text", frame().seal((wire) => wire.halves[19] = 4)],
    ["kind", frame().seal((wire) => wire.bytes[32] = 65)],
  ];
  for (const [field, body] of cases) {
    const answer = await send(gateway, body);
    const got = [answer.status, answer.body.code, answer.body.field];
    assert.deepEqual(got, [400, "invalid_frame", field]);
    assert.ok(answer.body.limit !== undefined && answer.body.value !== undefined, field);
  }
  const wrong = frame().seal();
  wrong[8] ^= 1;
  assert.equal((await send(gateway, wrong)).body.field, "CRC-32");
  assert.deepEqual([gateway.exchange.frames.length, gateway.exchange.commands.length], [0, 0]);
});

/** Word of the second record. */
const at = (FRAME_HEADER_BYTES + RECORD_BYTES) >> 2;
const market = { orderType: OrderType.market, timeInForce: TimeInForce.ioc } as const;
const order = () => new ClientFrame().place();
type Case = readonly [field: string, frame: ClientFrame, change?: (wire: WireBuffer) => void];

/** Of the second record of a frame, which is spoilt before the frame is sealed. */
const badRecords: readonly Case[] = [
  ["account", order().place({ account: 2 })],
  ["instrument", order().place({ instrument: 9 })],
  ["instrument", order().place({ instrument: 0 })],
  ["side", order().place({ side: 2 })],
  ["order type", order().place({ orderType: 3 })],
  ["time in force", order().place({ timeInForce: 4 })],
  ["time in force", order().place({ ...market, timeInForce: TimeInForce.gtc })],
  ["flags", order().place({ flags: OrderFlag.targetByKey })],
  ["flags", order().place({ flags: 8 })],
  ["flags", order().place({ flags: OrderFlag.postOnly, timeInForce: TimeInForce.ioc })],
  ["flags", order().place({ ...market, side: Side.sell, flags: OrderFlag.quoteBudget })],
  ["self-trade prevention", order().place({ selfTrade: 6 })],
  ["price", order().place({ priceTicks: 0 })],
  ["price", order().place({ priceTicks: 100_000_001 })],
  ["quantity", order().place({ quantityLots: 0 })],
  ["quantity", order().place({ quantityLots: 90_000_001 })],
  ["quantity", order().place({ ...market, flags: OrderFlag.quoteBudget, quantityLots: 2 ** 52 })],
  ["target", order().place(), (wire) => wire.words[at + OrderWord.target] = 1],
  ["reserved", order().place(), (wire) => wire.words[at + OrderWord.reserved] = 1],
  ["request key", order().place(), (wire) => wire.words[at + OrderWord.keyHigh] = 0x200000],
  ["request key", order().place({ text: "a", key: 3 })],
  ["deadline", order().place(), (wire) => wire.words[at + OrderWord.deadline + 1] = 0x200000],
  ["text", order().place({ text: "a b" })],
  ["text", order().place({ text: "4711" })],
  ["text", order().place({ text: "." })],
  ["text", order().place({ text: ".." })],
];

/** The same of amends and cancels. */
const badOthers: readonly Case[] = [
  ["text bytes", order().cancel({ id: 1 }), (wire) => wire.halves[at * 2 + 3] = 8],
  ["target", order().cancel({ id: 0 })],
  [
    "target",
    order().cancel({ id: 1 }),
    (wire) => wire.words[at + OrderWord.target + 1] = 2 ** 21,
  ],
  ["instrument", order().cancel({ id: 1 }), (wire) => wire.words[at + OrderWord.instrument] = 1],
  [
    "price",
    order().cancel({ id: 1 }),
    (wire) => writeU64(wire.words, at + OrderWord.price, 2 ** 33),
  ],
  ["quantity", order().cancel({ id: 1 }), (wire) => wire.words[at + OrderWord.quantity] = 1],
  ["bytes 1, 2, 3 and 5", order().cancel({ id: 1 }), (wire) => wire.bytes[4 * at + 2] = 1],
  ["flags", order().cancel({ id: 1 }), (wire) => wire.bytes[4 * at + 4] = 1],
  ["price", order().amend(1, 0, 0)],
  ["price", order().amend(1, 1, 0), (wire) => wire.words[at + OrderWord.price + 1] = 2 ** 21],
  [
    "quantity",
    order().amend(1, 1, 0),
    (wire) => wire.words[at + OrderWord.quantity + 1] = 2 ** 21,
  ],
  ["target", order().amend(0, 1, 1)],
  ["instrument", order().amend(1, 1, 1), (wire) => wire.words[at + OrderWord.instrument] = 1],
  ["bytes 1, 2, 3 and 5", order().amend(1, 1, 1), (wire) => wire.bytes[4 * at + 5] = 1],
  ["instrument", order().cancelAll(9)],
  ["flags", order().cancelAll(0), (wire) => wire.bytes[4 * at + 4] = 4],
  ["side", order().cancelAll(0, 2)],
  ["bytes 1, 2, 3 and 5", order().cancelAll(0), (wire) => wire.bytes[4 * at + 1] = 1],
  ["bytes 1, 2, 3 and 5", order().cancelAll(0, 1), (wire) => wire.bytes[4 * at + 5] = 1],
  ["flags", order().cancelAll(0, 1), (wire) => wire.bytes[4 * at + 4] = 12],
  ["flags", order().cancel({ id: 1 }), (wire) => wire.bytes[4 * at + 4] = 8],
  ["flags", order().place(), (wire) => wire.bytes[4 * at + 4] = 8],
  ["target", order().cancelAll(0), (wire) => wire.words[at + OrderWord.target] = 1],
  ["price", order().cancelAll(0), (wire) => wire.words[at + OrderWord.price] = 1],
  ["quantity", order().cancelAll(0), (wire) => wire.words[at + OrderWord.quantity] = 1],
  ["kind", order().place(), (wire) => wire.bytes[4 * at] = 5],
];

Deno.test("a cancel of all takes those of one side where it has the flag", async () => {
  const gateway = new TestGateway();
  await gateway.place(1);
  await gateway.place(1, { side: "sell", price: "60000.00" });
  await gateway.place(1);
  const frame = new ClientFrame().cancelAll(1, Side.sell).cancelAll(0, Side.buy);
  const answer = await send(gateway, frame.seal());
  assert.deepEqual(outline(readReports(answer.bytes)), [
    "0 canceled 2",
    "0 summary 0",
    "1 canceled 3",
    "1 canceled 1",
    "1 summary 0",
  ]);
});

Deno.test("a record that is not right is named with its field, limit and value, and nothing is sent", async () => {
  const gateway = new TestGateway();
  for (const [index, [field, frame, change]] of [...badRecords, ...badOthers].entries()) {
    // What is spoilt in a text's place needs a text section behind it.
    const body = field === "text bytes"
      ? order().cancel({ id: 1 }).place({ text: "abcdefgh" })
      : frame;
    const { status, body: problem } = await send(gateway, body.seal(change));
    const got = [status, problem.code, problem.field];
    assert.deepEqual(got, [400, "invalid_record", `records[1].${field}`], `case ${index}`);
    assert.ok(problem.limit !== undefined && problem.value !== undefined, field);
  }
  assert.equal(gateway.exchange.frames.length, 0);
  const { body } = await send(gateway, order().place({ priceTicks: 100_000_001 }).seal());
  assert.deepEqual([body.limit, body.value], ["1 to 100000000 ticks", "100000001"]);
});

Deno.test("what is signed of a frame is its digest, and another body is not what was signed", async () => {
  const gateway = new TestGateway();
  const body = new ClientFrame().place({ key: 1 }).seal();
  const headers = gateway.sign(1, "POST", PATH, { body });
  const other = new ClientFrame().place({ key: 2 }).seal();
  const swapped = await gateway.send("POST", PATH, { body: other, headers });
  assert.deepEqual([swapped.status, swapped.body.code], [401, "signature_invalid"]);
  assert.equal((await gateway.send("POST", PATH, { body, headers })).status, 200);
  const forJson = gateway.sign(1, "POST", PATH, { body: new TextDecoder().decode(body) });
  assert.equal((await gateway.send("POST", PATH, { body, headers: forJson })).status, 401);
});

Deno.test("a frame of another media type, or longer than any, is not read", async () => {
  const gateway = new TestGateway();
  const body = new ClientFrame().place().seal();
  const typed = await send(gateway, body, { headers: { "Content-Type": "application/json" } });
  assert.deepEqual([typed.status, typed.body.limit], [415, "application/vnd.edgebook.frame"]);
  const long = new Uint8Array(FRAME_BYTES_MAX + 8);
  const refused = await send(gateway, long, { headers: { "Content-Length": `${long.length}` } });
  assert.equal(refused.status, 413);
});

Deno.test("ten records cost a unit, cancels by the limits of cancels", async () => {
  const nowMicros = () => gateway.nowMicros;
  const admission = new MemoryAdmission({ policy: admissionPolicy(5, 5), nowMicros });
  const gateway: TestGateway = new TestGateway({ admission });
  const orders = (count: number) => {
    const frame = new ClientFrame();
    for (let index = 0; index < count; index++) frame.place({ priceTicks: 1, quantityLots: 1 });
    return frame.seal();
  };
  assert.equal((await send(gateway, orders(41))).status, 200);
  assert.equal((await send(gateway, orders(1))).status, 429, "five units are gone");
  const cancels = new ClientFrame();
  for (let index = 1; index <= 41; index++) cancels.cancel({ id: index });
  assert.equal((await send(gateway, cancels.seal())).status, 200);
  const tooMany = await send(gateway, orders(51));
  assert.deepEqual([tooMany.body.code, tooMany.body.value], ["too_many_commands", "6"]);
});

Deno.test("records whose orders trade are given back what they cost, by the ten", async () => {
  const nowMicros = () => gateway.nowMicros;
  const policy = admissionPolicy(10, 10);
  const memory = new MemoryAdmission({ policy, nowMicros });
  const givenBack: number[] = [];
  const giveBack = ({ weight }: { weight: number }) => void givenBack.push(weight);
  const admission = { policy, admit: memory.admit.bind(memory), giveBack };
  const gateway: TestGateway = new TestGateway({ admission });
  await gateway.place(2, { side: "sell", quantity: "0.0025", price: "50000.00" });
  const frame = new ClientFrame();
  for (let index = 0; index < 30; index++) frame.place({ quantityLots: 1 });
  assert.equal((await send(gateway, frame.seal())).status, 200);
  assert.deepEqual(givenBack, [2], "of 25 that traded");
});

Deno.test("a frame that there is no room for is not sent, and reports that are late are missing", async () => {
  const gateway = new TestGateway();
  const body = () => new ClientFrame().place().place().seal();
  gateway.exchange.trouble = "overloaded";
  assert.equal((await send(gateway, body())).body.code, "overloaded");
  gateway.exchange.trouble = "leader";
  assert.equal((await send(gateway, body())).body.code, "leader_unavailable");
  assert.equal(gateway.exchange.frames.length, 0);
  gateway.exchange.trouble = "silent";
  const late = await send(gateway, body());
  assert.deepEqual([late.status, late.bytes.length], [202, 0]);
  gateway.exchange.trouble = "none";
  const unasked = await send(gateway, body(), { headers: { Prefer: "respond-async" } });
  assert.deepEqual([unasked.status, unasked.bytes.length], [202, 0]);
  assert.equal(gateway.exchange.state.orders.liveCount, 4);
});
