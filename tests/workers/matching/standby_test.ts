import assert from "node:assert/strict";
import { Replica } from "../../../core/sequencer/replica.ts";
import { JournalStream } from "../../../infra/journal/journal_stream.ts";
import { JournalBehindError } from "../../../infra/snapshot/open_replica.ts";
import { LeaseKeeper } from "../../../workers/matching/lease_keeper.ts";
import { Standby } from "../../../workers/matching/standby.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";

const SHARD = 0;

Deno.test("a standby that has applied more than the journal has does not go on from what is left", () =>
  withNats(async (nats) => {
    const connection = await nats.connectAs("matcher");
    const replica = new Replica();
    replica.journalSequence = 3;
    const standby = new Standby({
      connection,
      shard: SHARD,
      journal: new JournalStream(connection, SHARD),
      replica,
      keeper: new LeaseKeeper(connection, SHARD, "standby-test"),
      name: "standby-test",
      say: () => {},
    });
    await assert.rejects(standby.catchUp(0), JournalBehindError);
  }));
