/**
 * Opens the market that the pipeline bench trades on: two assets, one instrument, funded accounts.
 *
 * @module
 */
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import {
  type InstrumentTerms,
  writeAmount,
  writeAsset,
  writeInstrument,
  writeSwitch,
} from "../../core/protocol/administration.ts";
import { EventKind } from "../../core/protocol/event_record.ts";
import { EXTENDED_RECORD_BYTES, FrameKind, RECORD_BYTES } from "../../core/protocol/frame.ts";
import { CommandKind, writeCommandHead } from "../../core/protocol/order_record.ts";
import { POSITIONED_BODY_BYTES } from "../../core/protocol/position.ts";
import { adminSubject } from "../../core/protocol/subjects.ts";
import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import type { RunningNats } from "../../infra/nats/launch.ts";
import { FLOW_ACCOUNTS } from "./order_flow.ts";

const USD = 1;
const BTC = 2;
const BTC_USD: InstrumentTerms = {
  instrument: 1,
  symbol: "BTC-USD",
  baseAsset: BTC,
  quoteAsset: USD,
  priceScale: 2,
  quantityScale: 4,
  tickSize: 1,
  lotSize: 1,
  priceTicksMax: 100_000_000,
  quantityLotsMax: 90_000_000,
  makerFeePpm: 100,
  takerFeePpm: 500,
  collarPpm: 50_000,
};
const FUNDS_MINOR = 100_000_000_000_000;
const BASE_FUNDS_MINOR = 1_000_000_000_000;

/** Opens the market on a running leader. */
export async function prepareMarket(nats: RunningNats): Promise<void> {
  const connection = await connectNats({
    servers: nats.webSocketUrl,
    credentials: nats.credentials.admin,
    name: "bench",
  });
  let number = 0;
  const send = async (
    kind: number,
    account: number,
    fill: (wire: WireBuffer, at: number) => void,
    text = "",
  ) => {
    const frame = new OutgoingFrame(1);
    frame.open(++number, 0);
    const isExtended = kind === CommandKind.instrument;
    const at = frame.addRecord(isExtended ? EXTENDED_RECORD_BYTES : RECORD_BYTES);
    writeCommandHead(frame.wire, at, kind, account, number, 0, 0);
    fill(frame.wire, at);
    if (text !== "") frame.addText(at, text);
    frame.seal(FrameKind.administration, 1);
    sealCrc(frame.wire, frame.byteLength);
    const { data } = await connection.request(adminSubject(0), frame.message);
    const outcome = data[POSITIONED_BODY_BYTES];
    if (outcome !== EventKind.reference && outcome !== EventKind.ledger) {
      throw new Error(`the bench's market was refused: command ${kind}, event ${outcome}`);
    }
  };
  await send(CommandKind.asset, 0, (wire, at) => writeAsset(wire, at, USD, 6), "USD");
  await send(CommandKind.asset, 0, (wire, at) => writeAsset(wire, at, BTC, 8), "BTC");
  const { symbol } = BTC_USD;
  await send(CommandKind.instrument, 0, (wire, at) => writeInstrument(wire, at, BTC_USD), symbol);
  for (let account = 1; account <= FLOW_ACCOUNTS; account++) {
    await send(CommandKind.account, account, (wire, at) => writeSwitch(wire, at, 0, true));
    const { deposit } = CommandKind;
    await send(deposit, account, (wire, at) => writeAmount(wire, at, USD, FUNDS_MINOR));
    await send(deposit, account, (wire, at) => writeAmount(wire, at, BTC, BASE_FUNDS_MINOR));
  }
  await connection.close();
}
