import assert from "node:assert/strict";
import { LeaderClock } from "../../../core/auth/leader_clock.ts";
import { followLeaderClock } from "../../../infra/queries/follow_leader_clock.ts";
import type { Queries } from "../../../infra/queries/queries.ts";

const NOW = 1_700_000_000_000_000;

/** A leader that answers with this. */
const leaderSaying = (answer: () => object): Queries => ({
  leader: (() => Promise.resolve().then(answer)) as Queries["leader"],
  history: () => Promise.reject(new Error("not asked")),
  snapshot: () => Promise.reject(new Error("not asked")),
});

/** Asks once. */
async function askOnce(answer: () => object) {
  const clock = new LeaderClock();
  let changes = 0;
  const followed = followLeaderClock({
    queries: leaderSaying(answer),
    clock,
    ownMicros: () => NOW,
    onChange: () => void changes++,
  });
  await followed.asked;
  followed.stop();
  return { correction: clock.correctionMicros, changes };
}

Deno.test("a clock follows the time that the leader says, and its owner hears of it", async () => {
  const right = await askOnce(() => ({ sequence: 1, timeMicros: NOW }));
  assert.deepEqual(right, { correction: 0, changes: 0 });
  const wrong = await askOnce(() => ({ sequence: 1, timeMicros: NOW + 300_000_000 }));
  assert.deepEqual(wrong, { correction: 300_000_000, changes: 1 });
});

Deno.test("a leader that does not answer, or says no time, changes nothing", async () => {
  const answers = [
    () => {
      throw new Error("nobody leads");
    },
    () => ({ sequence: 1 }),
    () => ({ sequence: 1, timeMicros: 0.5 }),
  ];
  for (const answer of answers) {
    assert.deepEqual(await askOnce(answer), { correction: 0, changes: 0 });
  }
});
