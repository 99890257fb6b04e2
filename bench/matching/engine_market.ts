/**
 * A shard with the market of a flow opened in it, by the journal's own way: administrative frames.
 *
 * @module
 */
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
import { type Capacities, ShardState } from "../../core/matching/shard_state.ts";
import {
  writeAmount,
  writeAsset,
  writeInstrument,
  writeSwitch,
} from "../../core/protocol/administration.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import { EXTENDED_RECORD_BYTES, FrameKind, RECORD_BYTES } from "../../core/protocol/frame.ts";
import { CommandKind, writeCommandHead } from "../../core/protocol/order_record.ts";
import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import type { FlowShape } from "./flow.ts";

/** When the market's journal begins, in microseconds since the epoch. */
export const OPENED_MICROS = 1_800_000_000_000_000;
/** Epoch of the journal's one leader. */
export const EPOCH = 1;
/** Sender of the administrative frames. */
const OPERATOR = 1;
/** The quote asset of every instrument; the base asset of instrument n is n + 1. */
export const QUOTE_ASSET = 1;
const FUNDS_MINOR = 10_000_000_000_000;
/** Balances that one command may open, for which a shard always keeps room. */
const SPARE_BALANCES = 4_096;

/**
 * An open market for a flow: its instruments, and accounts that have more than they can spend.
 *
 * @param sent is told each frame that opened it
 */
export function openMarket(
  shape: FlowShape,
  sent: (frame: Uint8Array) => void = () => {},
): ShardState {
  const state = new ShardState(capacitiesFor(shape));
  let number = 0;
  const send = (
    kind: number,
    account: number,
    fill: (wire: WireBuffer, at: number) => void,
    text = "",
  ): void => {
    const frame = new OutgoingFrame(1);
    frame.open(++number, 0);
    const isExtended = kind === CommandKind.instrument;
    const at = frame.addRecord(isExtended ? EXTENDED_RECORD_BYTES : RECORD_BYTES);
    writeCommandHead(frame.wire, at, kind, account, number, 0, 0);
    fill(frame.wire, at);
    if (text !== "") frame.addText(at, text);
    frame.seal(FrameKind.administration, OPERATOR);
    sent(frame.message.slice());
    beginAppend(state, OPENED_MICROS, EPOCH);
    applyFrame(state, frame.wire, 0, frame.byteLength);
    const outcome = state.events.buffer.bytes[0];
    if (outcome !== EventKind.reference && outcome !== EventKind.ledger) {
      throw new Error(`the bench's market was refused: command ${kind}, event ${outcome}`);
    }
  };
  const { asset, deposit } = CommandKind;
  send(asset, 0, (wire, at) => writeAsset(wire, at, QUOTE_ASSET, 6), "USD");
  for (let account = 1; account <= shape.accounts; account++) {
    send(CommandKind.account, account, (wire, at) => writeSwitch(wire, at, 0, true));
    send(deposit, account, (wire, at) => writeAmount(wire, at, QUOTE_ASSET, FUNDS_MINOR));
  }
  for (let instrument = 1; instrument <= shape.instruments; instrument++) {
    const base = baseAssetOf(instrument);
    const symbol = `B${instrument}-USD`;
    send(asset, 0, (wire, at) => writeAsset(wire, at, base, 8), `B${instrument}`);
    send(CommandKind.instrument, 0, (wire, at) => {
      writeInstrument(wire, at, termsOf(instrument, symbol));
    }, symbol);
    for (let account = 1; account <= shape.accounts; account++) {
      send(deposit, account, (wire, at) => writeAmount(wire, at, base, FUNDS_MINOR));
    }
  }
  return state;
}

/** The base asset of an instrument. */
export function baseAssetOf(instrument: number): number {
  return QUOTE_ASSET + instrument;
}

/** The terms of every instrument of the benches. */
export function termsOf(instrument: number, symbol: string) {
  return {
    instrument,
    symbol,
    baseAsset: baseAssetOf(instrument),
    quoteAsset: QUOTE_ASSET,
    priceScale: 2,
    quantityScale: 4,
    tickSize: 1,
    lotSize: 1,
    priceTicksMax: 1_000_000,
    quantityLotsMax: 1_000_000,
    makerFeePpm: 100,
    takerFeePpm: 500,
    collarPpm: 50_000,
  };
}

/** Tables in which the whole flow has room, so that none grows while it is measured. */
function capacitiesFor(shape: FlowShape): Capacities {
  const { accounts, bandTicks, instruments, liveOrders, operations } = shape;
  const balances = accounts * (instruments + 1) + SPARE_BALANCES;
  const commands = liveOrders + operations + (accounts + 1) * (instruments + 2);
  return {
    orders: powerOfTwo(liveOrders * 1.5),
    levels: powerOfTwo(Math.min(liveOrders, 4 * bandTicks * instruments) * 2),
    balances: powerOfTwo(balances),
    accounts: powerOfTwo(accounts + 1),
    outcomes: powerOfTwo(commands),
    events: 2 ** 15,
  };
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(least, 1_024)));
}
