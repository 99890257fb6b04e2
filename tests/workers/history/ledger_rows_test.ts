import assert from "node:assert/strict";
import type { Movements } from "../../../core/history/movement.ts";
import type { HistoryReport } from "../../../core/history/report_run.ts";
import { EventKind } from "../../../core/protocol/event_record.ts";
import { HistoryPages } from "../../../workers/history/history_pages.ts";
import { ACCOUNTS, EventSource, seededRandom } from "../../core/history/event_source.ts";
import { transfer } from "../../support/commands.ts";
import { applyAll, inStream, openHistory, randomMessages, withFolder } from "./stored_history.ts";

/** By the bits of core/protocol/event_record.ts: 4 took from the balance, 32 is a transfer. */
const LISTS = {
  all: () => true,
  deposits: (flags: number) => (flags & 36) === 0,
  withdrawals: (flags: number) => (flags & 36) === 4,
  transfers: (flags: number) => (flags & 32) === 32,
};

/** More than any account has. */
const ALL = 1_000_000;

const keysOf = (reports: readonly HistoryReport[]) =>
  reports.map(({ account, eventSequence, sequence }) => [account, sequence, eventSequence]);

Deno.test("pages of movements of money are what a plain filter of all reports finds", () =>
  withFolder((folder) => {
    const seed = Date.now();
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const below = (most: number) => Math.floor(random() * most);
    const history = openHistory(`${folder}/history.sqlite`);
    const source = new EventSource();
    const messages = randomMessages(source, random, 40);
    // By chance alone a seed may have no self-trade that moves money.
    for (let append = 0; append < 20; append++) {
      const [from, to] = [1 + below(ACCOUNTS), 1 + below(ACCOUNTS)];
      messages.push(...source.append([transfer(from, to, 3, 1 + below(1_000))]));
    }
    applyAll(history, inStream(messages));
    const pages = new HistoryPages(history.store.database);
    const found = { all: 0, deposits: 0, withdrawals: 0, transfers: 0 };
    for (let round = 0; round < 300; round++) {
      const account = below(ACCOUNTS + 2);
      const own = pages.reports(account, 0, ALL);
      const before = below(2) * below(own.length + 2);
      const limit = 1 + below(40);
      for (
        const [list, isIn] of Object.entries(LISTS) as [Movements, (flags: number) => boolean][]
      ) {
        const movements = own.filter(({ event, sequence }) =>
          event[0] === EventKind.ledger && (before === 0 || sequence < before) && isIn(event[3])
        ).reverse().slice(0, limit);
        found[list] += movements.length;
        const read = pages.ledger(account, list, before, limit);
        assert.deepEqual(keysOf(read), keysOf(movements), list);
      }
    }
    for (const [list, count] of Object.entries(found)) {
      assert.ok(count > 60, `only ${count} movements of ${list} were compared`);
    }
    history.store.close();
  }));
