import assert from "node:assert/strict";
import { recordBytes } from "../../../core/protocol/frame.ts";
import {
  CommandKind,
  OrderFlag,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
  writeAmend,
  writeCommandHead,
  writeNewOrder,
  writeSelection,
  writeTargetById,
  writeTargetByKey,
  writeTextReference,
} from "../../../core/protocol/order_record.ts";
import { SAFE_MAX, WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { assertFields, hexLines } from "./layout.ts";

const RECORD = 64;
const AT = 64;

/** A record between two others, all of whose bytes were something else before. */
function written(write: (frame: WireBuffer, at: number) => void): Uint8Array {
  const frame = WireBuffer.allocate(3 * RECORD);
  frame.bytes.fill(0xee);
  write(frame, AT);
  const around = [...frame.bytes.subarray(0, AT), ...frame.bytes.subarray(AT + RECORD)];
  assert.ok(around.every((byte) => byte === 0xee), "nothing is written outside the record");
  return frame.bytes.slice(AT, AT + RECORD);
}

Deno.test("golden: a new order", () => {
  const bytes = written((frame, at) => {
    const { newOrder } = CommandKind;
    writeCommandHead(
      frame,
      at,
      newOrder,
      0x0a0b0c0d,
      0x11121314,
      0x15161718,
      1_700_000_000_123_456,
    );
    const flags = OrderFlag.postOnly;
    const { limit } = OrderType;
    const { gtc } = TimeInForce;
    const { expireBoth } = SelfTrade;
    writeNewOrder(
      frame,
      at,
      0x21222324,
      Side.sell,
      limit,
      gtc,
      flags,
      expireBoth,
      5_000_025,
      SAFE_MAX,
    );
    writeTextReference(frame, at, 0x31323334, 36);
  });
  assert.deepEqual(hexLines(bytes), [
    "0101010101032400" + "242322210d0c0b0a",
    "1413121118171615" + "40222018240a0600",
    "594b4c0000000000" + "ffffffffffff1f00",
    "0000000000000000" + "3433323100000000",
  ]);
  assertFields(bytes, [
    [0, "u8", CommandKind.newOrder],
    [1, "u8", Side.sell],
    [2, "u8", OrderType.limit],
    [3, "u8", TimeInForce.gtc],
    [4, "u8", OrderFlag.postOnly],
    [5, "u8", SelfTrade.expireBoth],
    [6, "u16", 36],
    [8, "u32", 0x21222324],
    [12, "u32", 0x0a0b0c0d],
    [16, "u32", 0x11121314],
    [20, "u32", 0x15161718],
    [24, "u64", 1_700_000_000_123_456],
    [32, "u64", 5_000_025],
    [40, "u64", SAFE_MAX],
    [48, "u64", 0],
    [56, "u32", 0x31323334],
    [60, "u32", 0],
  ]);
});

Deno.test("golden: a cancel by order id", () => {
  const bytes = written((frame, at) => {
    writeCommandHead(frame, at, CommandKind.cancel, 7, 42, 0, 0);
    writeTargetById(frame, at, 2 ** 40 + 5);
  });
  assert.deepEqual(hexLines(bytes), [
    "0200000000000000" + "0000000007000000",
    "2a00000000000000" + "0000000000000000",
    "0000000000000000" + "0000000000000000",
    "0500000000010000" + "0000000000000000",
  ]);
  assertFields(bytes, [[0, "u8", CommandKind.cancel], [4, "u8", 0], [48, "u64", 2 ** 40 + 5]]);
});

Deno.test("golden: a cancel by the request key that the order was placed with", () => {
  const bytes = written((frame, at) => {
    writeCommandHead(frame, at, CommandKind.cancel, 7, 43, 0, 0);
    writeTargetByKey(frame, at, 0x01020304, 0x85060708);
  });
  assert.deepEqual(hexLines(bytes), [
    "0200000004000000" + "0000000007000000",
    "2b00000000000000" + "0000000000000000",
    "0000000000000000" + "0000000000000000",
    "0403020108070685" + "0000000000000000",
  ]);
  assertFields(bytes, [
    [4, "u8", OrderFlag.targetByKey],
    [48, "u32", 0x01020304],
    [52, "u32", 0x85060708],
  ]);
});

Deno.test("golden: an amend", () => {
  const bytes = written((frame, at) => {
    writeCommandHead(frame, at, CommandKind.amend, 7, 44, 0, 0);
    writeAmend(frame, at, 2 ** 30 - 1, 2 ** 40 + 1);
    writeTargetById(frame, at, 258);
  });
  assert.deepEqual(hexLines(bytes), [
    "0400000000000000" + "0000000007000000",
    "2c00000000000000" + "0000000000000000",
    "ffffff3f00000000" + "0100000000010000",
    "0201000000000000" + "0000000000000000",
  ]);
  assertFields(bytes, [[32, "u64", 2 ** 30 - 1], [40, "u64", 2 ** 40 + 1], [48, "u64", 258]]);
});

Deno.test("golden: a cancel of all orders of an instrument, and of one side of it", () => {
  const instrumentAndSide = [[258, null], [258, Side.buy], [0, Side.sell]] as const;
  const lines = instrumentAndSide.map(([instrument, side]) =>
    hexLines(written((frame, at) => {
      writeCommandHead(frame, at, CommandKind.cancelAll, 7, 45, 0, 0);
      writeSelection(frame, at, instrument, side);
    }))
  );
  const rest = ["2d00000000000000" + "0000000000000000", "0".repeat(32), "0".repeat(32)];
  assert.deepEqual(lines, [
    ["0300000000000000" + "0201000007000000", ...rest],
    ["0300000008000000" + "0201000007000000", ...rest],
    ["0301000008000000" + "0000000007000000", ...rest],
  ]);
});

Deno.test("the head leaves zero behind it, whatever the bytes were before", () => {
  const bytes = written((frame, at) => {
    writeCommandHead(frame, at, CommandKind.cancelAll, 1, 1, 0, 0);
  });
  assert.deepEqual(hexLines(bytes), [
    "0300000000000000" + "0000000001000000",
    "0100000000000000" + "0000000000000000",
    "0000000000000000" + "0000000000000000",
    "0000000000000000" + "0000000000000000",
  ]);
});

Deno.test("kinds from 128 on take 128 bytes, all others 64", () => {
  const frame = WireBuffer.allocate(128);
  for (let kind = 0; kind < 256; kind++) {
    frame.bytes[64] = kind;
    assert.equal(recordBytes(frame, 64), kind < 128 ? 64 : 128, `kind ${kind}`);
  }
});

Deno.test("golden: the numbers of kinds, sides, types and flags", () => {
  assert.deepEqual(CommandKind, {
    newOrder: 1,
    cancel: 2,
    cancelAll: 3,
    amend: 4,
    account: 64,
    deposit: 65,
    withdraw: 66,
    tradingStatus: 67,
    asset: 68,
    claim: 69,
    cancelAccount: 70,
    transfer: 71,
    audit: 72,
    cancelInstrument: 73,
    instrument: 128,
    instrumentTerms: 129,
  });
  assert.deepEqual(Side, { buy: 0, sell: 1 });
  assert.deepEqual(OrderType, { limit: 1, market: 2 });
  assert.deepEqual(TimeInForce, { gtc: 1, ioc: 2, fok: 3 });
  assert.deepEqual(OrderFlag, { postOnly: 1, quoteBudget: 2, targetByKey: 4, ofSide: 8 });
  assert.deepEqual(SelfTrade, {
    none: 0,
    expireTaker: 1,
    expireMaker: 2,
    expireBoth: 3,
    decrement: 4,
    transfer: 5,
  });
});
