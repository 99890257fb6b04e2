import assert from "node:assert/strict";
import { eventsStream, eventsSubject } from "../../core/protocol/subjects.ts";
import { SHARD, Venue } from "../support/venue.ts";

/** Exit code of a matching process that does not trust the log. */
const EXIT_DISTRUST = 4;

const strangers: readonly [string, (last: Uint8Array) => Uint8Array, RegExp][] = [
  ["a message that came again", (last) => last, /messages, the journal makes \d+ only/],
  ["a message that is none", () => new TextEncoder().encode("nothing"), /the journal makes/],
];
for (const [what, stranger, reason] of strangers) {
  Deno.test(`a leader does not write on behind ${what} in the events stream`, async () => {
    await using venue = await Venue.open({ accounts: 1 });
    const matcher = await venue.connectAs("matcher");
    const manager = await matcher.jetstreamManager();
    const last = await manager.streams.getMessage(eventsStream(SHARD), { seq: 2 });
    await venue.killMatcher();
    await matcher.request(eventsSubject(SHARD), stranger(last.data));
    const refusing = venue.launchMatcher();
    assert.equal((await refusing.ended).code, EXIT_DISTRUST);
    assert.match(refusing.log.join("\n"), reason);
    assert.match(refusing.log.join("\n"), /the log cannot be trusted/);
  });
}
