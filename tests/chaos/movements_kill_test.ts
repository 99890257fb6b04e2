/**
 * Movements of money that are repeated the next day, by a back office that was not told of them: the
 * matching process is killed and starts from snapshots that are younger than the movement, and no
 * reference moves money twice.
 *
 * @module
 */
import assert from "node:assert/strict";
import { HORIZON_MICROS } from "../../core/matching/outcomes.ts";
import type { CommandReport } from "../../core/protocol/command_report.ts";
import { FrameKind } from "../../core/protocol/frame.ts";
import { requestKeyOfSignedRequest } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { AppendBuffer } from "../../core/sequencer/append_buffer.ts";
import { Replica } from "../../core/sequencer/replica.ts";
import { AdminClient } from "../../infra/administration/admin_client.ts";
import { administrationFrame } from "../../infra/administration/administration_command.ts";
import { type Movement, movementCommand } from "../../infra/administration/movement.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import { JournalStream } from "../../infra/journal/journal_stream.ts";
import { replayJournal } from "../../infra/journal/replay.ts";
import { ObjectStoreMedium } from "../../infra/snapshot/snapshot_media.ts";
import { takeSnapshot } from "../../infra/snapshot/take_snapshot.ts";
import { claimFrame } from "../../workers/matching/claim_frame.ts";
import { market } from "../support/commands.ts";
import { FrameSource } from "../support/frames.ts";
import { pause, SHARD, Venue } from "../support/venue.ts";
import type { VenueProcess } from "../support/venue_process.ts";
import { chaosRandom } from "./chaos_seed.ts";

const DAY_MICROS = 86_400 * 1_000_000;
const KILLS = 3;
const LINE_MILLIS_MAX = 2_000;
const USD = 1;
const FUNDS = 1_000_000;

/** A movement, and the reference that names it. */
interface Named {
  readonly movement: Movement;
  readonly reference: string;
}

const OF_YESTERDAY: readonly Named[] = [
  { movement: { kind: "deposit", account: 1, asset: USD, amount: 700 }, reference: "wire-1" },
  { movement: { kind: "withdraw", account: 1, asset: USD, amount: 30 }, reference: "wire-1" },
  {
    movement: { kind: "transfer", account: 1, toAccount: 2, asset: USD, amount: 5 },
    reference: "gift",
  },
];
/** More than there was yesterday, and no more than there is with one more deposit. */
const TOO_MUCH: Named = {
  movement: { kind: "withdraw", account: 2, asset: USD, amount: FUNDS + 6 },
  reference: "too-much",
};

/** The journal of yesterday: a market, and its movements, in one append each. */
function yesterday(): Uint8Array[] {
  const nowMicros = Date.now() * 1_000;
  const appends: Uint8Array[] = [];
  let commands = 0;
  const write = (frames: readonly (readonly [bytes: Uint8Array, kind: number])[]) => {
    const buffer = new AppendBuffer();
    for (const [bytes, kind] of frames) assert.equal(buffer.add(bytes, kind, ""), ResultCode.ok);
    buffer.seal(nowMicros - DAY_MICROS + appends.length, 1, commands + 1);
    sealCrc(buffer.wire, buffer.byteLength);
    commands += buffer.commandCount;
    appends.push(buffer.message);
  };
  const opening = market().asset("USD", 6).asset("BTC", 8).instrument("BTC-USD")
    .account(1, { USD: FUNDS }).account(2, { USD: FUNDS });
  write([
    [claimFrame(1), FrameKind.claim],
    [new FrameSource(1).frame(opening.commands).bytes, FrameKind.administration],
  ]);
  for (const [at, { movement, reference }] of [...OF_YESTERDAY, TOO_MUCH].entries()) {
    const { command, once } = movementCommand(movement, reference);
    const origin = { sender: 9, frameNumber: at + 1 };
    const frame = administrationFrame(command, requestKeyOfSignedRequest(once), origin);
    write([[frame, FrameKind.administration]]);
  }
  return appends;
}

/** The operator of a venue, and what its accounts have of USD. */
class BackOffice {
  readonly #client: AdminClient;

  private constructor(readonly venue: Venue, client: AdminClient) {
    this.#client = client;
  }

  static async of(venue: Venue): Promise<BackOffice> {
    return new BackOffice(venue, new AdminClient(await venue.admin(), SHARD));
  }

  async send({ movement, reference }: Named): Promise<CommandReport> {
    const { command, once } = movementCommand(movement, reference);
    return await this.#client.send(command, once);
  }

  async balances(): Promise<number[]> {
    const all = await Promise.all([1, 2].map((account) => this.venue.balances(account)));
    return all.map((rows) => rows.find(({ asset }) => asset === "USD")?.available ?? 0);
  }

  /** Sends movements that were carried out, as they were and with another amount. */
  async repeat(named: Named): Promise<CommandReport> {
    const { movement, reference } = named;
    const before = await this.balances();
    const report = await this.send(named);
    assert.ok(report.isDuplicate, `${movement.kind} ${reference} is a repeat`);
    assert.equal(report.executedLots, movement.amount);
    const other = { reference, movement: { ...movement, amount: movement.amount + 1 } };
    await assert.rejects(this.send(other), { code: ResultCode.differentContent });
    assert.deepEqual(await this.balances(), before);
    return report;
  }
}

Deno.test("a reference of yesterday moves nothing today, over kill -9 and starts from snapshots", async () => {
  const random = chaosRandom("movements");
  await using venue = await Venue.open({ accounts: 2, journal: yesterday() });
  const office = await BackOffice.of(venue);
  assert.deepEqual(await office.balances(), [FUNDS + 700 - 30 - 5, FUNDS + 5]);
  const connection = await venue.connectAs("snapshots");
  const media = [new ObjectStoreMedium(connection)];
  const known = [...OF_YESTERDAY];
  const first = new Map<Named, CommandReport>();
  for (let kill = 1; kill <= KILLS; kill++) {
    const taken = await takeSnapshot({ connection, shard: SHARD, media, say: () => {} });
    assert.ok(taken !== null);
    await venue.killMatcher();
    const matcher = await venue.startMatcher();
    await hasSaid(matcher, `read a snapshot behind append ${taken.journalSequence} in`);
    for (const named of known.toSorted(() => random() - 0.5)) {
      const { sequence, stampMicros } = await office.repeat(named);
      const report = first.get(named);
      assert.equal(sequence, report?.sequence ?? sequence, "the sequence of the first outcome");
      assert.equal(stampMicros, report?.stampMicros ?? stampMicros, "and its time");
      if (!OF_YESTERDAY.includes(named)) continue;
      assert.ok(stampMicros < Date.now() * 1_000 - HORIZON_MICROS, "it is that of yesterday");
    }
    const movement = { kind: "deposit", account: 2, asset: USD, amount: kill } as const;
    const today = { movement, reference: `today-${kill}` };
    const report = await office.send(today);
    assert.ok(!report.isDuplicate);
    known.push(today);
    // A repeat says when the command was done, and the last event of it.
    first.set(today, await office.repeat(today));
  }
  const done = await office.send(TOO_MUCH);
  assert.ok(!done.isDuplicate, "what was refused yesterday did nothing, and may be tried again");
  assert.deepEqual(await office.balances(), [FUNDS + 700 - 30 - 5, KILLS * (KILLS + 1) / 2 - 1]);
  await checkReplay(venue);
});

/** A line that was written may be on its way. */
async function hasSaid(process: VenueProcess, line: string): Promise<void> {
  for (let waited = 0; waited < LINE_MILLIS_MAX; waited += 20) {
    if (process.log.some((one) => one.includes(line))) return;
    await pause(20);
  }
  assert.fail(`"${line}" is not in:\n${process.log.join("\n")}`);
}

/** The journal makes the state that the leader has. */
async function checkReplay(venue: Venue): Promise<void> {
  const journal = new JournalStream(await venue.connectAs("replay"), SHARD);
  const { sequence } = await journal.last();
  const replica = new Replica();
  await replayJournal(journal, sequence, replica);
  assert.equal((await venue.state()).stateHash, replica.state.events.stateHash);
}
