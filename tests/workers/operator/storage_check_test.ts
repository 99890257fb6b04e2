import assert from "node:assert/strict";
import { storageFinding } from "../../../workers/operator/storage_check.ts";

const DAY = 1e9;
const logs = [
  { stream: "JOURNAL_0", bytes: 5e9, bytesPerDay: DAY / 4 },
  { stream: "EVENTS_0", bytes: 15e9, bytesPerDay: DAY * 3 / 4 },
];

Deno.test("the days that are left follow from what the logs take in a day", () => {
  assert.deepEqual(storageFinding(logs, 445e6, 116 * DAY), {
    status: "ok",
    detail: "JOURNAL_0 5.0 GB, EVENTS_0 15.0 GB, snapshots 445.0 MB; 1.0 GB a day, " +
      "116.0 GB left for 116.0 days",
  });
  assert.equal(storageFinding(logs, 0, 13 * DAY).status, "warn");
  const last = storageFinding(logs, 0, DAY);
  assert.equal(last.status, "fail");
  assert.match(last.advice ?? "", /deno task admin trim/);
});

Deno.test("a market that is too young says so", () => {
  const young = logs.map((one) => ({ ...one, bytesPerDay: null }));
  const { detail, status } = storageFinding(young, 0, 1e9);
  assert.deepEqual([status, /too young to say/.test(detail)], ["ok", true]);
});
