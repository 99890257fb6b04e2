import assert from "node:assert/strict";
import type { SnapshotAnswer, SnapshotQuery } from "../../../core/protocol/queries.ts";
import { MarketView } from "../../../infra/queries/market_view.ts";
import { type Queries, QueryFailedError } from "../../../infra/queries/queries.ts";

interface Question extends Required<SnapshotQuery> {
  readonly symbol: string;
  readonly answer: (sequence: number) => void;
  readonly fail: (error: Error) => void;
}

/** A market-data worker that answers when the test says so. */
function askable(): { readonly view: MarketView; readonly questions: Question[] } {
  const questions: Question[] = [];
  const queries = {
    snapshot(symbol: string, query: Required<SnapshotQuery>): Promise<SnapshotAnswer> {
      const { promise, resolve, reject } = Promise.withResolvers<SnapshotAnswer>();
      const answer = (sequence: number) => resolve({ symbol, sequence } as SnapshotAnswer);
      questions.push({ symbol, ...query, answer, fail: reject });
      return promise;
    },
  };
  return { view: new MarketView(queries as unknown as Queries), questions };
}

Deno.test("the same part of the same instrument is asked for once at a time", async () => {
  const { view, questions } = askable();
  const same = [view.snapshot("BTC-USD", 20, 0, 0), view.snapshot("BTC-USD", 20, 0, 0)];
  const others = [
    view.snapshot("BTC-USD", 10, 0, 0),
    view.snapshot("BTC-USD", 20, 5, 0),
    view.snapshot("ETH-USD", 20, 0, 0),
  ];
  assert.equal(questions.length, 4);
  for (const [index, question] of questions.entries()) question.answer(index);
  assert.equal(await same[0], await same[1]);
  await Promise.all(others);
  const again = view.snapshot("BTC-USD", 20, 0, 0);
  assert.equal(questions.length, 5, "an answer is not kept");
  questions[4].answer(9);
  assert.equal((await again).sequence, 9);
  assert.deepEqual(view.counts, { asked: 5, shared: 1 });
});

Deno.test("what was reported meanwhile is waited for by those who come later", async () => {
  const { view, questions } = askable();
  view.reported(7);
  const early = view.snapshot("BTC-USD", 20, 0, 0);
  view.reported(9);
  view.reported(8);
  const late = view.snapshot("BTC-USD", 20, 0, 0);
  const joined = view.snapshot("BTC-USD", 20, 0, 3);
  assert.deepEqual(questions.map(({ minSequence }) => minSequence), [7, 9]);
  // The first answer must not make the second question be forgotten.
  questions[0].answer(7);
  await early;
  const another = view.snapshot("BTC-USD", 20, 0, 0);
  assert.equal(questions.length, 2);
  questions[1].answer(9);
  assert.equal(await late, await joined);
  assert.equal(await late, await another);
  assert.equal(view.reportedSequence, 9);
});

Deno.test("nobody else waits for the events that one caller names", async () => {
  const { view, questions } = askable();
  view.reported(5);
  const far = view.snapshot("BTC-USD", 20, 0, 1_000_000);
  const near = view.snapshot("BTC-USD", 20, 0, 0);
  assert.deepEqual(questions.map(({ minSequence }) => minSequence), [1_000_000, 5]);
  questions[1].answer(5);
  assert.equal((await near).sequence, 5);
  questions[0].fail(new QueryFailedError("marketData", "behind", "at 5"));
  await assert.rejects(far, QueryFailedError);
});

Deno.test("a failure is everybody's who shared the question, and then forgotten", async () => {
  const { view, questions } = askable();
  const both = [view.snapshot("BTC-USD", 20, 0, 0), view.snapshot("BTC-USD", 20, 0, 0)];
  questions[0].fail(new QueryFailedError("marketData", "timeout", "no answer"));
  for (const one of both) await assert.rejects(one, QueryFailedError);
  const next = view.snapshot("BTC-USD", 20, 0, 0);
  questions[1].answer(1);
  assert.equal((await next).sequence, 1);
});
