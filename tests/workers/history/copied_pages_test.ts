import assert from "node:assert/strict";
import { copiedReports } from "../../../core/history/copied_reports.ts";
import { CopiedPages, PAGE_REPORTS_MAX } from "../../../workers/history/copied_pages.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { buy, by, sell } from "../../support/commands.ts";
import {
  applyAll,
  inStream,
  openHistory,
  randomMessages,
  storedRuns,
  withFolder,
} from "./stored_history.ts";

Deno.test("pages of any size are, one behind the other, everything in the range and once", () =>
  withFolder((folder) => {
    const seed = Date.now();
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const path = `${folder}/history.db`;
    const history = openHistory(path);
    const messages = randomMessages(new EventSource(), random, 40);
    // A few messages at a time, so that there are many batches.
    for (let from = 0; from < messages.length; from += 7) {
      applyAll(history, inStream(messages.slice(from, from + 7), from + 1));
    }
    const last = history.store.progress.eventSequence;
    const pages = new CopiedPages(history.store);
    const all = pages.page(0, last, 1e6);
    assert.equal(all.sequence, last);
    for (const limit of [1, 2, 3, 50, 1_000]) {
      const after = Math.floor(random() * last);
      const to = after + Math.floor(random() * (last - after));
      const found = [];
      for (let sequence = after; sequence < to;) {
        const page = pages.page(sequence, to, limit);
        assert.ok(page.sequence > sequence && page.reports.length <= limit + 1);
        for (const { eventSequence } of page.reports) {
          assert.ok(eventSequence > sequence && eventSequence <= page.sequence);
        }
        found.push(...page.reports);
        sequence = page.sequence;
      }
      const wanted = all.reports.filter((one) =>
        one.eventSequence > after && one.eventSequence <= to
      );
      assert.deepEqual(found, wanted, `(${after}, ${to}] by ${limit}`);
    }
    history.store.close();
    const stored = copiedReports(storedRuns(path), 0, Infinity);
    assert.deepEqual(all.reports, stored, "and all of it is what the table of reports has");
  }));

Deno.test("beyond what is stored a page ends where history does", () =>
  withFolder((folder) => {
    const history = openHistory(`${folder}/history.db`);
    const source = new EventSource();
    applyAll(history, inStream(source.open()));
    const pages = new CopiedPages(history.store);
    const last = history.store.progress.eventSequence;
    assert.equal(pages.page(0, Infinity, 1_000).sequence, last);
    assert.deepEqual(pages.page(last, Infinity, 10), { reports: [], sequence: last });
    assert.deepEqual(pages.page(last + 5, last + 9, 10), { reports: [], sequence: last + 5 });
    history.store.close();
  }));

Deno.test("a page looks through so many reports and then says how far it got", () =>
  withFolder((folder) => {
    const history = openHistory(`${folder}/history.db`);
    const source = new EventSource();
    const opening = source.open();
    const before = source.state.events.sequence;
    // Rejections: reports that are not in the drop copy.
    const refused = Array.from({ length: 4_000 }, () => sell(1, 0));
    const messages = [...opening];
    for (let append = 0; append < 8; append++) messages.push(...source.append(refused));
    messages.push(...source.append([sell(4, 5_000), buy(4, 5_000, by(2))]));
    for (const [at, message] of messages.entries()) {
      applyAll(history, inStream([message], at + 1));
    }
    const pages = new CopiedPages(history.store);
    const first = pages.page(before, Infinity, 10);
    assert.deepEqual(first, { reports: [], sequence: before + 5 * 4_000 });
    assert.ok(5 * 4_000 > PAGE_REPORTS_MAX && 4 * 4_000 < PAGE_REPORTS_MAX);
    const second = pages.page(first.sequence, Infinity, 10);
    assert.equal(second.reports.length, 2);
    assert.equal(second.sequence, history.store.progress.eventSequence);
    history.store.close();
  }));
