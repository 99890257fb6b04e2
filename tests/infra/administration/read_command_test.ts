import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AuditAct,
  TRADE_GROUP_MAX,
  TransferRule,
} from "../../../core/protocol/administration.ts";
import {
  checkRecordFrame,
  FRAME_HEADER_BYTES,
  FrameKind,
  frameTextBytes,
} from "../../../core/protocol/frame.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { CHANGEABLE_TERMS } from "../../../core/protocol/terms_change.ts";
import { SAFE_MAX, WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  type AdministrationCommand,
  administrationFrame,
} from "../../../infra/administration/administration_command.ts";
import { readAdministration, readRequestKey } from "../../../infra/administration/read_command.ts";

const u8 = fc.nat(255);
const u32 = fc.nat(2 ** 32 - 1);
const u64 = fc.nat(SAFE_MAX);
const text = fc.stringMatching(/^[\x21-\x7e]{1,36}$/);

const commands: fc.Arbitrary<AdministrationCommand> = fc.oneof(
  fc.record({ kind: fc.constant("asset"), asset: u32, name: text, scale: u8 }),
  fc.record({
    kind: fc.constant("instrument"),
    terms: fc.record({
      instrument: u32,
      symbol: text,
      baseAsset: u32,
      quoteAsset: u32,
      priceScale: u8,
      quantityScale: u8,
      tickSize: u64,
      lotSize: u64,
      priceTicksMax: u64,
      quantityLotsMax: u64,
      makerFeePpm: u32,
      takerFeePpm: u32,
      collarPpm: u32,
    }),
  }),
  fc.record({
    kind: fc.constant("account"),
    account: u32,
    enabled: fc.boolean(),
    tradeGroup: fc.nat(TRADE_GROUP_MAX),
  }),
  fc.record({
    kind: fc.constantFrom("deposit", "withdraw"),
    account: u32,
    asset: u32,
    amount: u64,
  }),
  fc.record({
    kind: fc.constant("transfer"),
    account: u32,
    toAccount: u32,
    asset: u32,
    amount: u64,
  }),
  fc.record({
    kind: fc.constant("transfer"),
    account: u32,
    toAccount: u32,
    asset: u32,
    amount: u64,
    rule: fc.constant(TransferRule.oneOwner),
  }),
  fc.record({ kind: fc.constant("tradingStatus"), instrument: u32, trading: fc.boolean() }),
  fc.record({ kind: fc.constant("cancelAccount"), account: u32, instrument: u32 }),
  fc.record({ kind: fc.constant("cancelInstrument"), instrument: u32 }),
  fc.tuple(u32, fc.subarray([...CHANGEABLE_TERMS], { minLength: 1 }), fc.func(u32)).map(
    ([instrument, terms, value]) => {
      const of = (what: string) =>
        Object.fromEntries(terms.map((term) => [term, value(what, term)]));
      return { kind: "instrumentTerms" as const, instrument, from: of("from"), to: of("to") };
    },
  ),
  fc.record({
    kind: fc.constant("audit"),
    act: u8.map((act) => act as AuditAct),
    account: u32,
    subject: text,
    digest: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  }),
);

Deno.test("what is written of an administrative command is what is read of it", () => {
  fc.assert(
    fc.property(commands, u32, fc.nat(2 ** 30), (command, low, high) => {
      const key = { low, high };
      const origin = { sender: 1, frameNumber: 1, author: "ada" };
      const frame = WireBuffer.copyOf(administrationFrame(command, key, origin));
      const { length } = frame.bytes;
      const code = checkRecordFrame(frame, 0, length, FrameKind.administration);
      assert.equal(code, ResultCode.ok);
      const textAt = length - frameTextBytes(frame, 0);
      const read = readAdministration(frame, FRAME_HEADER_BYTES, textAt);
      assert.deepEqual(read, structuredClone(command));
      assert.deepEqual(readRequestKey(frame, FRAME_HEADER_BYTES), key);
    }),
  );
});

Deno.test("a command of a later version is told by its number", () => {
  const frame = WireBuffer.allocate(64);
  frame.bytes[0] = 127;
  assert.deepEqual(readAdministration(frame, 0, 64), { kind: "unknown", number: 127 });
});
