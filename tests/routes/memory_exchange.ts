/**
 * An exchange in one process: the real core behind the interfaces by which a gateway reaches it,
 * without a broker in between. Matching, history and market data are the ones that run in earnest.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Batcher } from "../../core/batcher/batcher.ts";
import { OutgoingFrame } from "../../core/batcher/outgoing_frame.ts";
import { EventReader } from "../../core/market_data/event_reader.ts";
import { MarketFeeds } from "../../core/market_data/market_feeds.ts";
import { applyFrame, beginAppend } from "../../core/matching/apply.ts";
import { listInstruments } from "../../core/matching/inspect.ts";
import { ShardState } from "../../core/matching/shard_state.ts";
import { type CommandReport, readCommandReport } from "../../core/protocol/command_report.ts";
import { frameCount, FrameKind } from "../../core/protocol/frame.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { eventsMessage } from "../../core/sequencer/events_frames.ts";
import { collectReports } from "../../core/sequencer/reports.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { requestKeyOfSignedRequest } from "../../core/protocol/request_key.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import {
  type AdministrationCommand,
  administrationFrame,
} from "../../infra/administration/administration_command.ts";
import { AdministrationError } from "../../infra/administration/errors.ts";
import {
  type BatchAnswer,
  type ClientRecords,
  type Command,
  type OrderGateway,
  type OrderGatewayStatus,
  OrderPathDownError,
  type OrderPathPart,
  OverloadedError,
  type Submitted,
} from "../../infra/orders/commands.ts";
import { ReportWaiters } from "../../infra/orders/report_waiters.ts";
import { writeCommand } from "../../infra/orders/write_command.ts";
import { writeRecords } from "../../infra/orders/write_records.ts";
import { instrumentOf } from "../../infra/reference/instrument_terms.ts";
import { InstrumentTable } from "../../infra/reference/reference.ts";
import { MemoryHistory } from "../core/history/memory_history.ts";
import { type Command as PlainCommand, market } from "../support/commands.ts";
import { FrameSource } from "../support/frames.ts";
import { MemoryQueries } from "./memory_queries.ts";

/** Stamp of the first append, and the clock of the gateways in front. */
export const START_MICROS = 1_700_000_000_000_000;
/** Accounts that are open and funded: 1 to this. */
export const ACCOUNTS = 3;

const OPERATOR = 1;
const GATEWAY = 2;
const ADMINISTRATOR = 3;
const CAPACITIES = {
  orders: 2 ** 11,
  levels: 2 ** 8,
  balances: 2 ** 6,
  accounts: 2 ** 4,
  outcomes: 2 ** 12,
  events: 2 ** 13,
};
/** 1,000 BTC, 10,000 ETH and 100,000,000 USD in minor units. */
const FUNDS = { BTC: 10 ** 11, ETH: 10 ** 12, USD: 10 ** 14 };

/** Of an order path where all is well. */
const STATUS: OrderGatewayStatus = {
  waitingRecords: 3,
  framesInFlight: 1,
  roundTripMicros: 1_500,
  submitted: 7,
  answered: 6,
  pending: 1,
  refused: 0,
  framesSent: 5,
  framesResent: 0,
  down: null,
  lastAnswerMillis: START_MICROS / 1_000,
};

const isPart = (trouble: string): trouble is OrderPathPart =>
  trouble === "broker" || trouble === "leader" || trouble === "journal";

/** The exchange: BTC-USD (tick 0.01, lot 0.0001) and ETH-USD (lot 0.001), funded accounts. */
export class MemoryExchange implements OrderGateway {
  readonly state = new ShardState(CAPACITIES);
  readonly history = new MemoryHistory();
  readonly feeds = new MarketFeeds();
  readonly reference = new InstrumentTable();
  readonly queries = new MemoryQueries(this);
  /** Time of the next append. */
  stampMicros = START_MICROS;
  /** Commands that came, in their order. */
  readonly commands: Command[] = [];
  /** What `submit` does instead of answering. */
  trouble: "none" | "silent" | "overloaded" | "resends" | OrderPathPart = "none";
  /** Frames of records that came, as they went to the leader. */
  readonly frames: Uint8Array[] = [];
  /** Records of a frame of the gateway. */
  frameRecords = 512;
  readonly #reader = new EventReader();
  readonly #operator = new FrameSource(OPERATOR);
  #frameNumber = 0;
  #batchers = 0;

  constructor() {
    // As behind the claim that every leader begins with.
    this.state.cancelsInstruments = true;
    this.state.changesTerms = true;
    const opening = market().asset("BTC", 8).asset("ETH", 8).asset("USD", 6)
      .instrument("BTC-USD", {
        priceTicksMax: 100_000_000,
        quantityLotsMax: 90_000_000,
        makerFeePpm: 100,
        takerFeePpm: 500,
      })
      .instrument("ETH-USD", { quantityScale: 3, quantityLotsMax: 90_000_000 });
    for (let account = 1; account <= ACCOUNTS; account++) opening.account(account, FUNDS);
    this.operate(opening.commands);
  }

  get status(): OrderGatewayStatus {
    const down = isPart(this.trouble) ? { part: this.trouble, silentMillis: 2_345 } : null;
    return { ...STATUS, down };
  }

  submit(command: Command, waitMillis: number): Promise<Submitted> {
    if (isPart(this.trouble)) {
      return Promise.reject(new OrderPathDownError(this.trouble, 2_345, 1));
    }
    if (this.trouble === "overloaded") return Promise.reject(new OverloadedError(2, 49_152));
    this.commands.push(command);
    const report = this.place(command);
    const isTold = waitMillis > 0 && this.trouble !== "silent";
    return Promise.resolve(isTold ? report : "pending");
  }

  /** Each command by itself: a batch is no more than its commands. */
  async submitAll(commands: readonly Command[], waitMillis: number) {
    const answers: BatchAnswer[] = [];
    for (const command of commands) {
      answers.push(await this.submit(command, waitMillis).catch((error) => error));
    }
    return answers;
  }

  takes(): boolean {
    return !isPart(this.trouble) && this.trouble !== "overloaded";
  }

  /** Writes the records as a gateway does, each of its frames an append. */
  async submitRecords(records: ClientRecords, waitMillis: number) {
    if (isPart(this.trouble)) throw new OrderPathDownError(this.trouble, 2_345, 1);
    if (this.trouble === "overloaded") throw new OverloadedError(2, 49_152);
    // Its frames have numbers of their own, so it is another sender each time.
    const batcher = new Batcher(GATEWAY + ++this.#batchers, this.frameRecords);
    const waiters = new ReportWaiters();
    const answers = writeRecords({ batcher, waiters, nowMicros: 1, waitMillis }, records);
    for (let frame = batcher.next(1); frame !== null; frame = batcher.next(1)) {
      this.frames.push(frame.message.slice());
      const reports = this.#apply(frame.wire, frame.byteLength);
      waiters.settle(frame.number, this.trouble === "silent" ? null : reports);
      batcher.answered(frame.number, 1_000);
    }
    return await answers.all();
  }

  /** Applies one command of the gateway, as an append of its own. */
  place(command: Command): CommandReport {
    const frame = new OutgoingFrame(1);
    frame.open(++this.#frameNumber, 0);
    writeCommand(frame, command);
    frame.seal(FrameKind.orders, GATEWAY);
    let report = this.#append(frame.wire, frame.byteLength);
    if (this.trouble === "resends") report = this.#append(frame.wire, frame.byteLength);
    return report;
  }

  /** Applies commands of the operator, as one append. */
  operate(commands: readonly PlainCommand[]): void {
    const frame = this.#operator.frame(commands);
    this.#append(frame, frame.bytes.length);
  }

  /**
   * Applies one administrative command, as an append of its own.
   *
   * @param once the same text again is a repeat
   * @throws {AdministrationError} when it is refused
   */
  administer(command: AdministrationCommand, once: string): CommandReport {
    const key = requestKeyOfSignedRequest(once);
    const origin = { sender: ADMINISTRATOR, frameNumber: ++this.#frameNumber };
    const bytes = administrationFrame(command, key, origin);
    const report = this.#append(WireBuffer.copyOf(bytes), bytes.length);
    const isRepeat = report.kind === EventKind.summary && report.status === OrderStatus.rejected;
    if (report.kind !== EventKind.rejected && !isRepeat) return report;
    const { code, limit, value } = report;
    throw new AdministrationError(command.kind, code, limit, value, report);
  }

  #append(frame: WireBuffer, byteLength: number): CommandReport {
    const reports = this.#apply(frame, byteLength);
    return readCommandReport(reports, 0, frameCount(reports, 0));
  }

  /** Applies a frame, as an append of its own; what the leader answers. */
  #apply(frame: WireBuffer, byteLength: number): WireBuffer {
    const { state } = this;
    this.stampMicros += 1_000;
    beginAppend(state, this.stampMicros, 1);
    const firstEventSequence = state.events.sequence + 1;
    applyFrame(state, frame, 0, byteLength);
    this.#project();
    return collectReports(state.events, 0, state.events.count, {
      sender: GATEWAY,
      frameNumber: this.#frameNumber,
      commands: frameCount(frame, 0),
      stampMicros: this.stampMicros,
      journalSequence: 1,
      firstEventSequence,
      epoch: 1,
    });
  }

  /** What the events of the append are to history, market data and reference. */
  #project(): void {
    const { events } = this.state;
    for (const terms of listInstruments(this.state)) {
      this.reference.learn(instrumentOf(terms.symbol, terms));
      this.feeds.learn(terms);
    }
    const { bytes } = eventsMessage(events, 0, events.count, this.stampMicros, 1, 1);
    this.history.apply([bytes]);
    assert.equal(this.#reader.load(bytes), ResultCode.ok);
    this.feeds.apply(this.#reader, null, false);
  }
}
