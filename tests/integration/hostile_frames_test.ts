/**
 * What a broken or hostile gateway could send to the leader: each is refused with a code, changes
 * nothing, and the process lives on.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NatsConnection } from "nats.ws";
import { frameCode, FrameKind, frameKind } from "../../core/protocol/frame.ts";
import { CommandKind } from "../../core/protocol/order_record.ts";
import { adminSubject, ordersSubject, querySubject } from "../../core/protocol/subjects.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { hasValidCrc, sealCrc } from "../../infra/journal/crc.ts";
import { buy, called, claim, type Command, deposit, setAccount } from "../support/commands.ts";
import { encodeFrame, type NumberedCommand } from "../support/frames.ts";
import { chaosRandom } from "../chaos/chaos_seed.ts";
import { SHARD, Venue } from "../support/venue.ts";

const RANDOM_FRAMES = 300;
const CODES: ReadonlySet<number> = new Set(Object.values(ResultCode));

/** A frame with these commands, from a sender of its own. */
function frameOf(...commands: Command[]): Uint8Array {
  const numbered = commands.map((command) => ({ requestId: "h-1", ...command }));
  return encodeFrame(numbered as NumberedCommand[], { sender: 99, frameNumber: 1 }).bytes;
}

/** The frame with bytes changed, and with a CRC that says so, or not. */
function changed(
  frame: Uint8Array,
  change: (bytes: Uint8Array) => void,
  isSealed = true,
): Uint8Array {
  const copy = WireBuffer.copyOf(frame);
  change(copy.bytes);
  if (isSealed) sealCrc(copy, copy.bytes.length);
  return copy.bytes;
}

/** Sends bytes and returns the code of the refusal that comes back. */
async function refusalOf(
  connection: NatsConnection,
  subject: string,
  bytes: Uint8Array,
): Promise<number> {
  const { data } = await connection.request(subject, bytes, { timeout: 5_000 });
  assert.ok(hasValidCrc(data), "the refusal has a CRC");
  const answer = WireBuffer.copyOf(data);
  assert.equal(frameKind(answer, 0), FrameKind.refusal);
  return frameCode(answer, 0);
}

const good = frameOf(buy(1, 5_000_000), buy(1, 5_000_001, called("with-text")));
const RECORD = 32;

const REFUSED: readonly (readonly [string, Uint8Array, ResultCode])[] = [
  ["nothing", new Uint8Array(0), ResultCode.frameCrc],
  ["three bytes", new Uint8Array([1, 2, 3]), ResultCode.frameCrc],
  ["a wrong CRC", changed(good, (bytes) => bytes[40] ^= 1, false), ResultCode.frameCrc],
  ["a header alone", changed(good.slice(0, 32), () => {}), ResultCode.frameTruncated],
  ["a truncated frame", changed(good.slice(0, -64), () => {}), ResultCode.frameTruncated],
  ["more than it says", changed(new Uint8Array([...good, ...good]), () => {}), 100],
  ["a wrong magic", changed(good, (bytes) => bytes[0] = 0), ResultCode.frameMagic],
  ["an unknown version", changed(good, (bytes) => bytes[4] = 2), ResultCode.frameVersion],
  ["a frame of reports", changed(good, (bytes) => bytes[5] = 3), ResultCode.frameKind],
  ["an append", changed(good, (bytes) => bytes[5] = 4), ResultCode.frameKind],
  ["no records", changed(good, (bytes) => bytes[6] = 0), ResultCode.frameRecordCount],
  ["too many records", changed(good, (bytes) => bytes[7] = 255), ResultCode.frameRecordCount],
  ["more records than bytes", changed(good, (bytes) => bytes[6] = 9), ResultCode.frameTruncated],
  ["a huge number", changed(good, (bytes) => bytes[23] = 255), ResultCode.frameNumberUnsafe],
  ["a text too long", changed(good, (bytes) => bytes[RECORD + 6] = 37), ResultCode.frameText],
  ["a text outside", changed(good, (bytes) => bytes[RECORD + 64 + 56] = 99), ResultCode.frameText],
  ["a gap", changed(good, (bytes) => (bytes[16] = 9, bytes[26] = 1)), ResultCode.frameGap],
  ["more than fits", new Uint8Array(700_000), ResultCode.frameCrc],
  ["a long frame", changed(new Uint8Array(700_000), () => {}), ResultCode.frameTooLong],
  ["an administrative frame", frameOf(deposit(1, 1, 5)), ResultCode.frameKind],
  ["a claim", frameOf(claim(9)), ResultCode.frameKind],
];

/** An administrative command in a frame that says it carries orders. */
const DISGUISED: readonly (readonly [string, Command])[] = [
  ["deposit", deposit(1, 1, 5)],
  ["account", setAccount(1, false)],
  ["claim", claim(9)],
];

Deno.test("hostile frames are refused with a code and change nothing", async (t) => {
  await using venue = await Venue.open({ accounts: 1 });
  const gateway = await venue.connectAs("gateway");
  const before = await venue.state();
  const orders = ordersSubject(SHARD);

  for (const [what, bytes, code] of REFUSED) {
    await t.step(what, async () => assert.equal(await refusalOf(gateway, orders, bytes), code));
  }
  for (const [what, command] of DISGUISED) {
    await t.step(`${what} among orders`, async () => {
      const bytes = changed(frameOf(command), (frame) => frame[5] = FrameKind.orders);
      assert.equal(await refusalOf(gateway, orders, bytes), ResultCode.frameCommandKind);
    });
  }
  await t.step("orders and claims on the operator's subject", async () => {
    const admin = await venue.admin();
    const subject = adminSubject(SHARD);
    assert.equal(await refusalOf(admin, subject, good), ResultCode.frameKind);
    const disguised = changed(frameOf(claim(9)), (frame) => frame[5] = FrameKind.administration);
    assert.equal(await refusalOf(admin, subject, disguised), ResultCode.frameCommandKind);
  });
  await t.step("random bytes, and good frames with random changes", async () => {
    const random = chaosRandom("hostile frames");
    const below = (most: number) => Math.floor(random() * most);
    for (let count = 0; count < RANDOM_FRAMES; count++) {
      const bytes = count % 2 === 0
        ? crypto.getRandomValues(new Uint8Array(below(40) * 8))
        // Never the header's first bytes alone: what is left would be a good frame.
        : changed(good, (frame) => frame[below(8)] ^= 1 + below(255), random() < 0.8);
      const code = await refusalOf(gateway, orders, bytes);
      assert.ok(CODES.has(code) && code !== ResultCode.ok);
    }
  });
  await t.step("a frame to nowhere, and a query that is none", async () => {
    gateway.publish(orders, new Uint8Array(64));
    for (const text of ["", "{", "[]", '{"kind":"nothing"}', '{"kind":"balances","account":-1}']) {
      const { data } = await gateway.request(querySubject(SHARD), text, { timeout: 5_000 });
      assert.equal(JSON.parse(new TextDecoder().decode(data)).error, "malformed");
    }
  });
  await t.step("nothing of it is in the log, and the leader lives on", async () => {
    const after = await venue.state();
    assert.deepEqual(
      [after.stateHash, after.commands, after.journalSequence],
      [before.stateHash, before.commands, before.journalSequence],
    );
    const { data } = await gateway.request(orders, good, { timeout: 5_000 });
    assert.equal(frameKind(WireBuffer.copyOf(data), 0), FrameKind.reports);
    assert.equal((await venue.state()).commands, before.commands + 2);
    assert.ok(venue.matcher.isAlive);
  });
});

Deno.test("records that a gateway should have refused are rejected by the core", async () => {
  await using venue = await Venue.open({ accounts: 1 });
  const gateway = await venue.connectAs("gateway");
  const unsafe = changed(frameOf(buy(1, 5_000_000)), (bytes) => bytes[RECORD + 39] = 255);
  const unknown = changed(frameOf(buy(1, 5_000_000)), (bytes) => bytes[RECORD] = 9);
  const reserved = changed(frameOf(buy(1, 5_000_000)), (bytes) => bytes[RECORD + 60] = 1);
  const stranger = frameOf({ ...buy(1, 5_000_000), account: 4_000_000 });
  const expected: [Uint8Array, ResultCode][] = [
    [unsafe, ResultCode.unsafeInteger],
    [unknown, ResultCode.unknownKind],
    [reserved, ResultCode.reservedNotZero],
    [stranger, ResultCode.unknownAccount],
  ];
  for (const [frame, code] of expected) {
    const { data } = await gateway.request(ordersSubject(SHARD), frame, { timeout: 5_000 });
    const answer = WireBuffer.copyOf(data);
    assert.equal(frameKind(answer, 0), FrameKind.reports);
    assert.equal(answer.halves[(64 >> 1) + 2], code, `kind ${CommandKind.newOrder}`);
  }
});
