import assert from "node:assert/strict";
import type { HistoryQuery } from "../../../core/protocol/queries.ts";
import { TICKET_SECONDS, TICKET_SLOTS } from "../../../infra/streams/stream_tickets.ts";
import { RENEW_MICROS } from "../../../routes/streams/listener_notes.ts";
import { EventReader } from "../../support/event_reader.ts";
import { keyOf, TestGateway } from "../test_gateway.ts";

const PATH = "/v1/stream?channels=reports";
const SUBJECT = "user.2.reports";
const report = (sequence: number) => ({ account: "2", sequence, prevSequence: sequence - 1 });
const opened = (response: Response) => {
  assert.equal(response.status, 200);
  const reader = new EventReader(response);
  return Object.assign(reader, { [Symbol.asyncDispose]: () => reader.close() });
};

/** A gateway whose history has so many reports of account 2, in pages of three. */
class ReportsGateway extends TestGateway {
  reports = 0;
  readonly asked: number[] = [];

  constructor(reports: number) {
    super();
    this.reports = reports;
    const { queries } = this.exchange;
    const others = queries.history.bind(queries);
    // deno-lint-ignore no-explicit-any -- the answer of one kind of query among several
    queries.history = (query: HistoryQuery): Promise<any> => {
      if (query.kind !== "reports") return others(query);
      assert.equal(query.account, 2);
      this.asked.push(query.afterSequence);
      const from = Math.min(query.afterSequence, this.reports);
      const page = Array.from(
        { length: Math.min(3, this.reports - from) },
        (_, index) => report(from + 1 + index),
      );
      return Promise.resolve({ sequence: 1, reports: page, lastReportSequence: this.reports });
    };
  }

  /** Signs and opens a stream with the account's reports. */
  async open(headers: Record<string, string> = {}, path = PATH) {
    this.nowMicros += 1_000;
    const signed = { ...this.sign(2, "GET", path), ...headers };
    return opened(await this.fetch("GET", path, { headers: signed }));
  }

  publish(sequence: number): void {
    this.broker.publish(SUBJECT, report(sequence));
  }
}

/** Numbers of the reports that were read. */
const read = ({ events }: EventReader) =>
  events.filter(({ event }) => event === "reports").map(({ data }) => data.sequence);

Deno.test("reports need somebody whose they are, who is noted as listening", async () => {
  using gateway = new ReportsGateway(4);
  await using stream = await gateway.open();
  const joined = await stream.until("joined");
  assert.equal(joined.id, "reports.4", "whoever comes without a place begins now");
  gateway.publish(5);
  const { data, id } = await stream.until("reports");
  assert.deepEqual([data, id], [report(5), "reports.5"]);
  assert.deepEqual([...gateway.listeners.keys()], ["2"]);
  const { expiresMicros } = JSON.parse(gateway.listeners.get("2")!);
  assert.equal(expiresMicros - gateway.nowMicros, 3_600_000_000);
  assert.deepEqual(gateway.broker.open, [SUBJECT], "and of no other account");
});

Deno.test("a resumed stream has every report once, from history and then live", async () => {
  using gateway = new ReportsGateway(8);
  await using stream = await gateway.open({ "Last-Event-ID": "reports.1" });
  // These come before history has answered; it knows the first of them.
  for (const sequence of [8, 9]) gateway.publish(sequence);
  await stream.until("joined");
  gateway.publish(9);
  gateway.publish(10);
  while (read(stream).length < 9) await stream.next();
  assert.deepEqual(read(stream), [2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(stream.lastId, "reports.10");
  assert.deepEqual(gateway.asked, [1, 4, 7]);
});

Deno.test("a report that got lost on the way is asked for", async () => {
  using gateway = new ReportsGateway(1);
  await using stream = await gateway.open();
  await stream.until("joined");
  gateway.reports = 4;
  gateway.publish(4);
  while (read(stream).length < 3) await stream.next();
  assert.deepEqual(read(stream), [2, 3, 4]);
  // Nothing tells of the last one, so it is looked for.
  gateway.reports = 5;
  gateway.nowMicros += 1;
  await new Promise((resolve) => setTimeout(resolve, 700));
  gateway.nowMicros += 2_000_000;
  while (read(stream).length < 4) await stream.next();
  assert.deepEqual(read(stream), [2, 3, 4, 5]);
});

Deno.test("a place that the account never had is told", async () => {
  using gateway = new ReportsGateway(2);
  await using stream = await gateway.open({ "Last-Event-ID": "reports.9" });
  assert.deepEqual((await stream.until("gap")).data, { channel: "reports", after: "9" });
  assert.equal((await stream.until("joined")).id, "reports.2");
  gateway.publish(3);
  assert.equal((await stream.until("reports")).data.sequence, 3);
});

Deno.test("a note is made again before it ends, and a login ends", async () => {
  using gateway = new ReportsGateway(0);
  await using stream = await gateway.open();
  await stream.until("joined");
  const first = gateway.listeners.get("2");
  await new Promise((resolve) => setTimeout(resolve, 600));
  gateway.nowMicros += RENEW_MICROS;
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.notEqual(gateway.listeners.get("2"), first);
  gateway.nowMicros += 3_600_000_000;
  assert.equal((await stream.until("dropped")).data.reason, "expired");
});

Deno.test("a key that is revoked ends its streams", async () => {
  using gateway = new ReportsGateway(0);
  await using stream = await gateway.open();
  await stream.until("joined");
  gateway.addKey(2, ["read"], { revoked: true });
  await new Promise((resolve) => setTimeout(resolve, 600));
  gateway.nowMicros += 61_000_000;
  assert.equal((await stream.until("dropped")).data.reason, "key_invalid");
});

Deno.test("a key without the scope, and another's signature, open nothing", async () => {
  using gateway = new ReportsGateway(0);
  gateway.addKey(3, ["trade"]);
  const { status, body } = await gateway.signed(3, "GET", PATH);
  assert.deepEqual([status, body.code], [403, "scope_missing"]);
  const forged = await gateway.signed(2, "GET", PATH, { secret: "x".repeat(40) });
  assert.deepEqual([forged.status, forged.body.code], [401, "signature_invalid"]);
  assert.deepEqual([...gateway.listeners], []);
});

Deno.test("a ticket opens one stream, once, and not for long", async () => {
  using gateway = new ReportsGateway(3);
  const mint = async () => (await gateway.signed(2, "POST", "/v1/stream-tickets")).body;
  const { ticket, expiresMicros } = await mint();
  assert.equal(expiresMicros - gateway.nowMicros, TICKET_SECONDS * 1_000_000);
  const path = `${PATH}&ticket=${ticket}&lastEventId=reports.2`;
  await using stream = opened(await gateway.fetch("GET", path));
  assert.equal((await stream.until("reports")).data.sequence, 3);
  const again = await gateway.send("GET", path);
  assert.deepEqual([again.status, again.body.code], [401, "ticket_invalid"]);
  const late = (await mint()).ticket;
  gateway.nowMicros += TICKET_SECONDS * 1_000_000;
  assert.equal((await gateway.send("GET", `${PATH}&ticket=${late}`)).status, 401);
  const orphan = (await mint()).ticket;
  gateway.keys.delete(keyOf(2));
  assert.equal((await gateway.send("GET", `${PATH}&ticket=${orphan}`)).status, 401);
});

Deno.test("tickets take no more of the bucket than an account's places", async () => {
  using gateway = new ReportsGateway(0);
  for (let count = 0; count < 100; count++) await gateway.signed(2, "POST", "/v1/stream-tickets");
  assert.ok(gateway.listeners.size <= TICKET_SLOTS, `${gateway.listeners.size}`);
  for (const key of gateway.listeners.keys()) assert.match(key, /^ticket\.2\.\d{1,2}$/);
});
