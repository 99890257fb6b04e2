import assert from "node:assert/strict";
import {
  type HistoryQuery,
  PAGE_ROWS_MAX,
  QUERY_BYTES_MAX,
} from "../../../core/protocol/queries.ts";
import { parseHistoryQuery } from "../../../workers/history/query_schema.ts";

const parse = (value: unknown) =>
  parseHistoryQuery(new TextEncoder().encode(JSON.stringify(value)));

const VALID: readonly HistoryQuery[] = [
  { kind: "order", account: 1, orderId: 5, minSequence: 0 },
  { kind: "orderByClientId", account: 1, clientOrderId: "a:b/c-1", minSequence: 9 },
  {
    kind: "orders",
    account: 4_294_967_295,
    instrument: 0,
    status: "all",
    beforeOrderId: 0,
    limit: PAGE_ROWS_MAX,
    minSequence: 0,
  },
  {
    kind: "fills",
    account: 1,
    instrument: 2,
    orderId: 3,
    beforeTradeId: Number.MAX_SAFE_INTEGER,
    limit: 1,
    minSequence: 0,
  },
  { kind: "reports", account: 1, afterSequence: 0, limit: 1, minSequence: 0 },
  { kind: "ledger", account: 1, beforeSequence: 0, limit: 1, minSequence: 0 },
  {
    kind: "ledger",
    account: 1,
    beforeSequence: 0,
    movements: "withdrawals",
    limit: 1,
    minSequence: 0,
  },
];

Deno.test("every kind of query is taken as it is", () => {
  for (const query of VALID) assert.deepEqual(parse(query), query);
});

for (
  const [what, changes, pattern] of [
    ["an unknown kind", { kind: "balances" }, /^kind: /],
    ["a negative account", { account: -1 }, /^account: .*>=0.*-1/],
    ["an account beyond 32 bits", { account: 2 ** 32 }, /^account: .*<=4294967295.*4294967296/],
    ["a fraction", { minSequence: 1.5 }, /^minSequence: /],
    ["an unsafe number", { minSequence: 2 ** 53 }, /^minSequence: /],
    ["a number as text", { account: "1" }, /^account: /],
    ["a limit of zero", { limit: 0 }, /^limit: .*>=1.*0/],
    ["a limit beyond the page", { limit: PAGE_ROWS_MAX + 1 }, /^limit: .*<=500.*501/],
    ["an unknown field", { offset: 3 }, /^offset: /],
    ["a missing field", { limit: undefined }, /^limit: /],
  ] as const
) {
  Deno.test(`${what} is refused by its field`, () => {
    const result = parse({ ...VALID[4], ...changes });
    assert.ok(typeof result === "string", "refused");
    assert.match(result, pattern);
  });
}

Deno.test("what is no query at all is refused", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(parseHistoryQuery(bytes("")), "the query is not JSON");
  assert.equal(parseHistoryQuery(bytes("{")), "the query is not JSON");
  assert.equal(parseHistoryQuery(Uint8Array.of(0xff, 0xfe)), "the query is not JSON");
  assert.match(parseHistoryQuery(bytes("null")) as string, /^query: /);
  assert.match(parseHistoryQuery(bytes("[]")) as string, /: /);
  assert.match(
    parseHistoryQuery(new Uint8Array(QUERY_BYTES_MAX + 1)) as string,
    /524289 bytes; the most is 524288/,
  );
  assert.match(
    parse({ ...VALID[1], clientOrderId: "no spaces" }) as string,
    /^clientOrderId: /,
  );
});
