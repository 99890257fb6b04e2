import assert from "node:assert/strict";
import {
  DROP_COPY_ENTRIES_MAX,
  DROP_COPY_HEARTBEAT_MILLIS,
} from "../../../core/protocol/drop_copy.ts";
import type { QueryError } from "../../../core/protocol/queries.ts";
import { RESEND_EVENTS_MAX } from "../../../workers/history/report_publisher.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { buy, by, called, type Command, deposit, sell, withdraw } from "../../support/commands.ts";
import { DropCopyReceiver } from "./drop_copy_receiver.ts";
import { type HistoryBroker, until, untilReached, withBroker } from "./history_broker.ts";
import { applyAll, inStream, openHistory, randomMessages, withFolder } from "./stored_history.ts";

const trade = (): Command[] => [sell(2, 5_000, called("mine")), buy(1, 5_000, by(2), called("7"))];

async function listener(broker: HistoryBroker): Promise<DropCopyReceiver> {
  const receiver = new DropCopyReceiver(await broker.nats.connectAs("backOffice"), 0);
  await receiver.listen();
  return receiver;
}

const withBoth = (use: (broker: HistoryBroker, folder: string) => Promise<void>) =>
  withFolder((folder) => withBroker((broker) => use(broker, folder)));

Deno.test("a back office hears both sides of every trade and every movement of money", () =>
  withBoth(async (broker, folder) => {
    const source = new EventSource();
    const office = await listener(broker);
    const history = await broker.start(`${folder}/history.db`);
    const opening = source.open();
    await broker.publishInstruments(source);
    await broker.publish(opening);
    const tradedMicros = source.stampMicros + 1_000;
    await broker.publish(source.append(trade()));
    await broker.publish(source.append([withdraw(2, 3, 4_000_000), sell(1, 0)]));
    const last = source.state.events.sequence;
    await until("the last event", () => office.sequence === last);
    assert.deepEqual(office.gaps, []);
    // 15 deposits, two sides, a withdrawal; placements and the refusal are not in it.
    assert.equal(office.entries.size, 18);
    const [maker, taker, withdrawal] = office.all.slice(-3);
    const shared = { kind: "execution", timeMicros: tradedMicros, tradeId: "1" };
    const terms = { symbol: "BTC-USD", price: "250.00", quantity: "0.0001", feeAsset: "USD" };
    assert.deepEqual(maker, {
      ...{ ...shared, ...terms, sequence: maker.sequence, account: "1", orderId: "1" },
      ...{ clientOrderId: "mine", side: "sell", liquidity: "maker", fee: "0.000003" },
    });
    assert.deepEqual(taker, {
      ...{ ...shared, ...terms, sequence: maker.sequence + 1, account: "2", orderId: "2" },
      ...{ clientOrderId: "7", side: "buy", liquidity: "taker", fee: "0.000007" },
    });
    assert.equal(withdrawal.kind === "movement" && withdrawal.direction, "withdrawal");
    assert.equal(withdrawal.kind === "movement" && withdrawal.amount, "4.000000");
    assert.deepEqual(await office.repair(0, last), office.all, "asked for it is the same");
    await history.stop();
  }));

Deno.test("a message that was lost before a silence is missed at the next heartbeat", () =>
  withBoth(async (broker, folder) => {
    const source = new EventSource();
    const opening = source.open();
    await broker.publishInstruments(source);
    await broker.publish(opening);
    const history = await broker.start(`${folder}/history.db`);
    await history.service.ready;
    // It comes too late for everything that is there.
    const office = await listener(broker);
    const { sequence } = source.state.events;
    await until("a heartbeat", () => office.messages.length > 0);
    const [heartbeat] = office.messages;
    assert.equal(heartbeat.sequence, sequence);
    assert.deepEqual(heartbeat.entries, []);
    assert.deepEqual(office.gaps, [[0, sequence]]);
    await office.fillGaps();
    assert.equal(office.entries.size, 15);
    const heard = office.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 2 * DROP_COPY_HEARTBEAT_MILLIS + 500));
    assert.ok(office.messages.length >= heard + 2, "it goes on while nothing happens");
    assert.deepEqual(office.gaps, []);
    await history.stop();
  }));

Deno.test("what was stored and not published before a crash is published after it", () =>
  withBoth(async (broker, folder) => {
    const source = new EventSource();
    const messages = randomMessages(source, seededRandom(5), 10);
    await broker.publishInstruments(source);
    await broker.publish(messages);
    const path = `${folder}/history.db`;
    const crashed = openHistory(path);
    applyAll(crashed, inStream(messages));
    crashed.store.close();
    const office = await listener(broker);
    const history = await broker.start(path);
    await history.service.ready;
    const { sequence } = source.state.events;
    await until("the stored entries", () => office.sequence === sequence);
    assert.deepEqual(office.gaps, []);
    assert.equal(office.messages[0].prevSequence, 0);
    assert.deepEqual(office.all, await office.repair(0, sequence, 7));
    await history.stop();
    // After a stop in order nothing comes twice.
    const heard = office.messages.length;
    const again = await broker.start(path);
    await again.service.ready;
    await broker.publish(source.append(trade()));
    await untilReached(again, source);
    await until("the trade", () => office.sequence === source.state.events.sequence);
    const [next] = office.messages.slice(heard).filter(({ entries }) => entries.length > 0);
    assert.equal(next.prevSequence, sequence);
    assert.equal(next.entries.length, 2);
    await again.stop();
  }));

Deno.test("a history that is far behind leaves a gap in the copy, and the repair fills it", () =>
  withBoth(async (broker, folder) => {
    const source = new EventSource();
    const messages = source.open();
    const deposits = Array.from({ length: 1_500 }, (_, at) => deposit(1 + at % 5, 3, 1 + at));
    for (let append = 0; append < 8; append++) messages.push(...source.append(deposits));
    await broker.publishInstruments(source);
    await broker.publish(messages);
    const office = await listener(broker);
    const history = await broker.start(`${folder}/history.db`);
    await history.service.ready;
    const last = source.state.events.sequence;
    await until("the last event", () => office.sequence === last);
    const from = last - RESEND_EVENTS_MAX;
    assert.deepEqual(office.gaps, [[0, from]]);
    assert.equal(office.entries.size, RESEND_EVENTS_MAX);
    for (const { entries } of office.messages) assert.ok(entries.length <= DROP_COPY_ENTRIES_MAX);
    await office.fillGaps();
    assert.equal(office.entries.size, 15 + 8 * 1_500);
    await history.stop();
  }));

Deno.test("trades whose instrument REFERENCE lacks are a gap that is filled once it is there", () =>
  withBoth(async (broker, folder) => {
    const source = new EventSource();
    await broker.publish(source.open());
    const office = await listener(broker);
    const history = await broker.start(`${folder}/history.db`);
    await until("the deposits", () => office.entries.size === 15);
    await broker.publish(source.append(trade()));
    await untilReached(history, source);
    const missing = source.state.events.sequence;
    await broker.publish(source.append([deposit(1, 3, 5)]));
    await until("the deposit", () => office.entries.size === 16);
    assert.equal(office.gaps.length, 1, "the trade is missing, and the copy says so");
    const [[after, to]] = office.gaps;
    assert.ok(to === missing && after < missing - 2);
    const refused = await office.ask({ afterSequence: after, toSequence: to }) as QueryError;
    assert.equal(refused.error, "starting");
    assert.match(refused.detail, /terms of an instrument of event \d+ are not known yet/);
    await broker.publishInstruments(source);
    await until("the instruments", () => {
      const answer = history.service.repair({ afterSequence: after });
      return !("error" in answer);
    });
    await office.fillGaps();
    assert.equal(office.entries.size, 18);
    await history.stop();
  }));

Deno.test("a repair query that makes no sense is told which field, and changes nothing", () =>
  withBoth(async (broker, folder) => {
    const source = new EventSource();
    await broker.publish(source.open());
    const history = await broker.start(`${folder}/history.db`);
    await history.service.ready;
    const office = await listener(broker);
    for (
      const [query, detail] of [
        ["{", /not JSON/],
        ["{}", /^afterSequence: /],
        ['{"afterSequence":-1}', /^afterSequence: /],
        ['{"afterSequence":0.5}', /^afterSequence: /],
        ['{"afterSequence":1e300}', /^afterSequence: /],
        ['{"afterSequence":0,"toSequence":"9"}', /^toSequence: /],
        ['{"afterSequence":0,"limit":0}', /^limit: /],
        ['{"afterSequence":0,"limit":1001}', /^limit: .*1000/],
        ['{"afterSequence":0,"account":1}', /^account: /],
      ] as const
    ) {
      const answer = await office.ask(query) as QueryError;
      assert.equal(answer.error, "malformed", query);
      assert.match(answer.detail, detail);
    }
    const { sequence } = source.state.events;
    const empty = { shard: 0, prevSequence: sequence, sequence, entries: [] };
    assert.deepEqual(await office.ask({ afterSequence: sequence }), empty);
    await history.stop();
  }));
