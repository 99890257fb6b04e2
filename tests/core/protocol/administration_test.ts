import assert from "node:assert/strict";
import {
  AUDIT_ACT_MAX,
  AuditAct,
  type InstrumentTerms,
  writeAmount,
  writeAsset,
  writeAudit,
  writeCancelInstrument,
  writeClaim,
  writeInstrument,
  writeSwitch,
  writeTransfer,
} from "../../../core/protocol/administration.ts";
import { CommandKind, writeCommandHead } from "../../../core/protocol/order_record.ts";
import { SAFE_MAX, WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import { assertFields, hexLines } from "./layout.ts";

/** A record of a kind, written over bytes that were something else before. */
function written(
  kind: number,
  account: number,
  write: (frame: WireBuffer, at: number) => void,
): Uint8Array {
  const length = kind === CommandKind.instrument ? 128 : 64;
  const frame = WireBuffer.allocate(length + 128);
  frame.bytes.fill(0xee);
  writeCommandHead(frame, 64, kind, account, 9, 0, 0);
  write(frame, 64);
  const around = [...frame.bytes.subarray(0, 64), ...frame.bytes.subarray(64 + length)];
  assert.ok(around.every((byte) => byte === 0xee), "nothing is written outside the record");
  return frame.bytes.slice(64, 64 + length);
}

const HEAD = "0900000000000000" + "0000000000000000";
const EMPTY = "0000000000000000" + "0000000000000000";

Deno.test("golden: opening and disabling an account", () => {
  const on = written(CommandKind.account, 5, (frame, at) => writeSwitch(frame, at, 0, true));
  assert.deepEqual(hexLines(on), ["40010000000000000000000005000000", HEAD, EMPTY, EMPTY]);
  const off = written(CommandKind.account, 5, (frame, at) => writeSwitch(frame, at, 0, false));
  assert.deepEqual(hexLines(off), ["40000000000000000000000005000000", HEAD, EMPTY, EMPTY]);
  const grouped = written(CommandKind.account, 5, (frame, at) => writeSwitch(frame, at, 258, true));
  assert.deepEqual(hexLines(grouped), ["40010000000000000201000005000000", HEAD, EMPTY, EMPTY]);
});

Deno.test("golden: a deposit and a withdrawal", () => {
  for (
    const [kind, first] of [[CommandKind.deposit, "41"], [CommandKind.withdraw, "42"]] as const
  ) {
    const bytes = written(kind, 5, (frame, at) => writeAmount(frame, at, 3, SAFE_MAX));
    assert.deepEqual(hexLines(bytes), [
      first + "000000000000000300000005000000",
      HEAD,
      "0000000000000000" + "ffffffffffff1f00",
      EMPTY,
    ]);
    assertFields(bytes, [[8, "u32", 3], [12, "u32", 5], [40, "u64", SAFE_MAX]]);
  }
});

Deno.test("golden: a transfer", () => {
  const bytes = written(
    CommandKind.transfer,
    5,
    (frame, at) => writeTransfer(frame, at, 3, SAFE_MAX, 258),
  );
  assert.deepEqual(hexLines(bytes), [
    "47000000000000000300000005000000",
    HEAD,
    "0000000000000000" + "ffffffffffff1f00",
    "02010000" + EMPTY.slice(8),
  ]);
  assertFields(bytes, [[12, "u32", 5], [40, "u64", SAFE_MAX], [48, "u32", 258]]);
});

Deno.test("golden: a halt and a resumption", () => {
  const halt = written(
    CommandKind.tradingStatus,
    0,
    (frame, at) => writeSwitch(frame, at, 7, false),
  );
  assert.deepEqual(hexLines(halt), ["43000000000000000700000000000000", HEAD, EMPTY, EMPTY]);
  const resume = written(
    CommandKind.tradingStatus,
    0,
    (frame, at) => writeSwitch(frame, at, 7, true),
  );
  assert.deepEqual(hexLines(resume), ["43010000000000000700000000000000", HEAD, EMPTY, EMPTY]);
});

Deno.test("golden: an asset", () => {
  const bytes = written(CommandKind.asset, 0, (frame, at) => writeAsset(frame, at, 4_095, 8));
  assert.deepEqual(hexLines(bytes), ["4408000000000000ff0f000000000000", HEAD, EMPTY, EMPTY]);
  assertFields(bytes, [[1, "u8", 8], [8, "u32", 4_095]]);
});

Deno.test("golden: a claim", () => {
  const bytes = written(CommandKind.claim, 0, (frame, at) => writeClaim(frame, at, 258));
  assert.deepEqual(hexLines(bytes), [
    "45000000070000000000000000000000",
    HEAD,
    "0201000000000000" + "0000000000000000",
    EMPTY,
  ]);
  assertFields(bytes, [[32, "u64", 258]]);
});

Deno.test("golden: an audit record", () => {
  const digest = Uint8Array.fromHex("0102030405060708ffff");
  const bytes = written(
    CommandKind.audit,
    258,
    (frame, at) => writeAudit(frame, at, AuditAct.tokenRevoke, digest),
  );
  assert.deepEqual(hexLines(bytes), [
    "48080000000000000000000002010000",
    HEAD,
    EMPTY,
    "0102030405060708" + "0000000000000000",
  ]);
  assertFields(bytes, [[1, "u8", 8], [12, "u32", 258]]);
  const none = written(
    CommandKind.audit,
    0,
    (frame, at) => writeAudit(frame, at, AuditAct.reseal, new Uint8Array()),
  );
  assert.deepEqual(hexLines(none), ["48050000000000000000000000000000", HEAD, EMPTY, EMPTY]);
});

Deno.test("golden: a cancel of an instrument", () => {
  const bytes = written(
    CommandKind.cancelInstrument,
    0,
    (frame, at) => writeCancelInstrument(frame, at, 8_191),
  );
  assert.deepEqual(hexLines(bytes), ["4900000000000000ff1f000000000000", HEAD, EMPTY, EMPTY]);
  assertFields(bytes, [[0, "u8", 73], [1, "u8", 0], [8, "u32", 8_191], [12, "u32", 0]]);
});

Deno.test("golden: the acts of audit records, which journals have for ever", () => {
  assert.deepEqual(AuditAct, {
    keyCreate: 1,
    keyChange: 2,
    keyRotate: 3,
    keyRevoke: 4,
    reseal: 5,
    issuerAdd: 6,
    issuerRevoke: 7,
    tokenRevoke: 8,
    ban: 9,
    lift: 10,
  });
  assert.equal(AUDIT_ACT_MAX, Math.max(...Object.values(AuditAct)));
});

Deno.test("golden: an instrument, extended, every field at its offset and the rest zero", () => {
  const terms: InstrumentTerms = {
    instrument: 8_191,
    symbol: "BTC-USD",
    baseAsset: 1,
    quoteAsset: 4_095,
    priceScale: 2,
    quantityScale: 4,
    tickSize: 2 ** 33,
    lotSize: 10,
    priceTicksMax: 2 ** 30 - 1,
    quantityLotsMax: 2 ** 40 + 1,
    makerFeePpm: 100,
    takerFeePpm: 100_000,
    collarPpm: 50_000,
  };
  const { instrument } = CommandKind;
  const bytes = written(instrument, 0, (frame, at) => writeInstrument(frame, at, terms));
  assert.deepEqual(hexLines(bytes), [
    "8002040000000000" + "ff1f000000000000",
    HEAD,
    "0000000002000000" + "0a00000000000000",
    "01000000ff0f0000" + "0000000000000000",
    "ffffff3f00000000" + "0100000000010000",
    "64000000a0860100" + "50c3000000000000",
    EMPTY,
    EMPTY,
  ]);
  assertFields(bytes, [
    [1, "u8", 2],
    [2, "u8", 4],
    [8, "u32", 8_191],
    [32, "u64", 2 ** 33],
    [40, "u64", 10],
    [48, "u32", 1],
    [52, "u32", 4_095],
    [64, "u64", 2 ** 30 - 1],
    [72, "u64", 2 ** 40 + 1],
    [80, "u32", 100],
    [84, "u32", 100_000],
    [88, "u32", 50_000],
  ]);
  assert.ok(bytes.subarray(92).every((byte) => byte === 0), "reserved bytes are zero");
});
