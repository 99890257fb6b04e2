/**
 * A shard as large as one is meant to become: a million accounts, thousands of instruments, a million
 * live orders. What it holds in memory, with prices that stand side by side and with prices all over
 * the range, and how fast it is.
 *
 * @module
 */
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
import { HORIZON_MICROS } from "../../core/matching/outcomes.ts";
import { DEFAULT_CAPACITIES, ShardState } from "../../core/matching/shard_state.ts";
import {
  writeAmount,
  writeAsset,
  writeInstrument,
  writeSwitch,
} from "../../core/protocol/administration.ts";
import { EXTENDED_RECORD_BYTES, FrameKind, RECORD_BYTES } from "../../core/protocol/frame.ts";
import {
  CommandKind,
  OrderType,
  SelfTrade,
  Side,
  TimeInForce,
  writeCommandHead,
  writeNewOrder,
} from "../../core/protocol/order_record.ts";
import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { millions } from "./compare.ts";
import { baseAssetOf, EPOCH, OPENED_MICROS, QUOTE_ASSET, termsOf } from "./engine_market.ts";

/** How large the shard is. Every account has two balances and one open order. */
export interface ShardSize {
  readonly accounts: number;
  readonly instruments: number;
}

/** The size of the bench. */
export const LARGE: ShardSize = { accounts: 1_000_000, instruments: 4_000 };

const SENDER = 1;
const FRAME_RECORDS = 512;
/** Of each asset, to every account: as much in all as a supply may be. */
const FUNDS_MINOR = 2_000_000_000;
/** So many frames later an outcome of the opening expires: the venue's own may have 2^20. */
const HORIZON_FRAMES = 64;
/** Prices of the orders of a book: from here up. */
const LOWEST_TICKS = 1_000;
const NARROW_TICKS = 250;
const WIDE_TICKS = 900_000;

/** Memory and speed of shards of this size, by name. */
export function largeShardDetails(
  size: ShardSize,
  say: (line: string) => void,
): Record<string, string> {
  const { accounts, instruments } = size;
  const details: Record<string, string> = {};
  for (const [name, spread] of [["narrow", NARROW_TICKS], ["wide", WIDE_TICKS]] as const) {
    say(`a large shard, ${name} books: opening ${accounts.toLocaleString("en-US")} accounts`);
    const before = Deno.memoryUsage().rss;
    const { ordersMillis, state } = fill(size, spread);
    const bytes = Deno.memoryUsage().rss - before;
    if (state.orders.liveCount !== accounts) {
      throw new Error(`${state.orders.liveCount} of ${accounts} orders are live`);
    }
    details[`${accounts} accounts, ${instruments} instruments, ${name} books of ${spread} ticks`] =
      `${Math.round(bytes / 2 ** 20)} MiB for ${accounts} orders and ${state.balances.count} ` +
      `balances; orders came at ${millions(accounts / ordersMillis * 1_000)} M/s`;
  }
  return details;
}

/** A shard of this size whose orders stand over `spreadTicks` ticks. */
function fill(size: ShardSize, spreadTicks: number) {
  const { accounts, instruments } = size;
  const state = new ShardState(DEFAULT_CAPACITIES);
  const send = senderTo(state);
  const administration = FrameKind.administration;
  send(administration, instruments + 1, (frame, index) => {
    const asset = index === 0 ? QUOTE_ASSET : baseAssetOf(index);
    const at = head(frame, CommandKind.asset, 0, 1 + index);
    writeAsset(frame.wire, at, asset, 8);
    frame.addText(at, index === 0 ? "USD" : `B${index}`);
  });
  send(administration, instruments, (frame, index) => {
    const symbol = `B${index + 1}-USD`;
    const at = frame.addRecord(EXTENDED_RECORD_BYTES);
    writeCommandHead(frame.wire, at, CommandKind.instrument, 0, 1 + instruments * 2 + index, 0, 0);
    writeInstrument(frame.wire, at, termsOf(index + 1, symbol));
    frame.addText(at, symbol);
  }, 1);
  send(administration, accounts, (frame, index) => {
    const at = head(frame, CommandKind.account, index + 1, 1 + index);
    writeSwitch(frame.wire, at, 0, true);
  });
  for (const isBase of [false, true]) {
    send(administration, accounts, (frame, index) => {
      const at = head(frame, CommandKind.deposit, index + 1, (isBase ? accounts : 0) + 1 + index);
      const asset = isBase ? baseAssetOf(1 + index % instruments) : QUOTE_ASSET;
      writeAmount(frame.wire, at, asset, FUNDS_MINOR);
    });
  }
  const startMillis = performance.now();
  send(FrameKind.orders, accounts, (frame, index) => {
    const at = head(frame, CommandKind.newOrder, index + 1, 1);
    writeOrder(frame.wire, at, 1 + index % instruments, index, spreadTicks);
  });
  return { state, ordersMillis: performance.now() - startMillis };
}

/** Half of the orders buy below the middle, the others sell above it. */
function writeOrder(
  wire: WireBuffer,
  at: number,
  instrument: number,
  index: number,
  spreadTicks: number,
): void {
  const scattered = Math.imul(index, 0x9e3779b1) >>> 0;
  const isBuy = (scattered & 1) === 0;
  const half = spreadTicks / 2;
  const away = Math.floor((scattered >>> 1) % half);
  const price = LOWEST_TICKS + (isBuy ? away : half + away);
  const side = isBuy ? Side.buy : Side.sell;
  const { expireTaker } = SelfTrade;
  const { limit } = OrderType;
  writeNewOrder(wire, at, instrument, side, limit, TimeInForce.gtc, 0, expireTaker, price, 1);
}

function head(frame: OutgoingFrame, kind: number, account: number, key: number): number {
  const at = frame.addRecord(RECORD_BYTES);
  // Keys of one kind are its own: those of administration all belong to the venue's account.
  writeCommandHead(frame.wire, at, kind, account, key, kind, 0);
  return at;
}

/** Sends `count` commands in frames of their own appends, between which the journal's time goes on. */
function senderTo(state: ShardState) {
  const outgoing = new OutgoingFrame(FRAME_RECORDS);
  let number = 0;
  let stampMicros = OPENED_MICROS;
  return (
    kind: number,
    count: number,
    write: (frame: OutgoingFrame, index: number) => void,
    recordsPerFrame = FRAME_RECORDS,
  ): void => {
    for (let from = 0; from < count; from += recordsPerFrame) {
      outgoing.open(++number, 0);
      const end = Math.min(from + recordsPerFrame, count);
      for (let index = from; index < end; index++) write(outgoing, index);
      outgoing.seal(kind, SENDER);
      stampMicros += kind === FrameKind.administration ? HORIZON_MICROS / HORIZON_FRAMES : 1;
      beginAppend(state, stampMicros, EPOCH);
      applyFrame(state, outgoing.wire, 0, outgoing.byteLength);
    }
  };
}
