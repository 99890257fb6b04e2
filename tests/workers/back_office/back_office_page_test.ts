import assert from "node:assert/strict";
import {
  DROP_COPY_BYTES_MAX,
  DROP_COPY_ENTRIES_MAX,
  DROP_COPY_HEARTBEAT_MILLIS,
} from "../../../core/protocol/drop_copy.ts";
import { signal } from "../../../infra/nats/server_process.ts";
import {
  ACCOUNT_COLUMNS,
  STATISTICS_COLUMNS,
  TRADE_COLUMNS,
} from "../../../workers/back_office/day_tables.ts";
import { DIFFERENCES_MAX } from "../../../workers/back_office/differences.ts";
import { APPLY_PAUSE_MILLIS } from "../../../workers/history/history_service.ts";
import { EventSource, seededRandom } from "../../core/history/event_source.ts";
import { buy, by, sell } from "../../support/commands.ts";
import { OutputReader } from "../../infra/nats/readme_examples.ts";
import { untilReached, withBroker } from "../history/history_broker.ts";
import { randomMessages, withFolder } from "../history/stored_history.ts";
import { StartedMarket, withDataDirectory } from "../supervisor/started_market.ts";
import { DropCopyReceiver } from "../history/drop_copy_receiver.ts";

const ROOT = new URL("../../../", import.meta.url);
const page = await Deno.readTextFile(new URL("infra/nats/BACK_OFFICE.md", ROOT));

/** The one block of a language. */
function blockOf(language: string): string {
  const blocks = Array.from(page.matchAll(/^```(\w+)\n(.*?)^```$/gms))
    .filter(([, name]) => name === language).map(([, , body]) => body);
  assert.equal(blocks.length, 1, `one block of ${language}`);
  return blocks[0];
}

Deno.test("the page's program has every entry once, though it comes late and history restarts", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const messages = randomMessages(source, seededRandom(4), 10);
      await broker.publishInstruments(source);
      await broker.publish(messages);
      const first = await broker.start(`${folder}/history.db`);
      await first.service.ready;
      const path = `${folder}/office.js`;
      const { dataDirectory, server } = broker.nats;
      await Deno.writeTextFile(
        path,
        blockOf("js").replace("DIR", dataDirectory)
          .replace("ws://127.0.0.1:8443", server.webSocketUrl),
      );
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-prompt", "--no-lock", "--allow-net=127.0.0.1"].concat(
          ["--allow-read", "--config", new URL("deno.json", ROOT).pathname, path],
        ),
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const output = new OutputReader(child.stdout);
      try {
        await output.until(`"sequence":${7},`);
        await first.stop();
        await broker.publish(source.append([sell(2, 1), buy(2, 1, by(2))]));
        const second = await broker.start(`${folder}/history.db`);
        await broker.publish(source.append([sell(3, 2), buy(3, 2, by(2))]));
        await untilReached(second, source);
        const text = await output.until(`"tradeId":"${source.state.lastTradeId}"`);
        const office = new DropCopyReceiver(await broker.nats.connectAs("backOffice"), 0);
        const all = await office.repair(0, source.state.events.sequence);
        const lines = text.split("\n").filter((line) => line.endsWith("}"));
        // The last line may not be there as a whole yet.
        assert.ok(lines.length >= all.length - 1);
        assert.deepEqual(
          lines.map((line) => JSON.parse(line)),
          all.slice(0, lines.length),
        );
        await second.stop();
      } finally {
        signal(child, "SIGKILL");
        await child.status;
        await output.close();
      }
    })
  ));

Deno.test("the page's commands work on a market as it is started", () =>
  withDataDirectory(async (data, keep) => {
    const { market } = await StartedMarket.start(data);
    keep(market);
    const { code, stderr, stdout } = await new Deno.Command("sh", {
      args: ["-eu", "-c", blockOf("sh").replaceAll("DIR", data)],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assert.equal(code, 0, decoder.decode(stderr));
    const said = decoder.decode(stdout);
    assert.equal(said.match(/the journal and the drop copy agree/g)?.length, 2, said);
    const names = [...Deno.readDirSync(`${data}/end-of-day`)].map(({ name }) => name).sort();
    const span = "20260131T093000Z-20260131T160000Z";
    assert.deepEqual(names, [
      ...["accounts.2026-01-31.csv", "accounts.2026-01-31.parquet", `accounts.${span}.csv`],
      ...["reconciliation.2026-01-31.json", `reconciliation.${span}.json`],
      ...["statistics.2026-01-31.csv", "statistics.2026-01-31.parquet", `statistics.${span}.csv`],
      ...["trades.2026-01-31.csv", "trades.2026-01-31.parquet", `trades.${span}.csv`],
    ]);
  }));

Deno.test("the page's columns, fields and limits are those of the program", () => {
  for (
    const [name, columns] of [
      ["trades", TRADE_COLUMNS],
      ["statistics", STATISTICS_COLUMNS],
      ["accounts", ACCOUNT_COLUMNS],
    ] as const
  ) {
    const [, list = ""] = new RegExp(`^Columns of ${name}: ([^.]*)\\.`, "m").exec(page) ?? [];
    const listed = Array.from(list.matchAll(/`(\w+)`/g), ([, column]) => column);
    assert.deepEqual(listed, columns.map((column) => column.name), name);
  }
  const count = (value: number) => value.toLocaleString("en-US");
  assert.ok(page.includes(`${DROP_COPY_BYTES_MAX / 1024} KiB`));
  assert.ok(page.includes(`${count(DROP_COPY_ENTRIES_MAX + 1)} entries`));
  assert.match(page, new RegExp(`limit. \\(1 to\\s${count(DROP_COPY_ENTRIES_MAX)} entries\\)`));
  assert.ok(page.includes(`the first ${count(DIFFERENCES_MAX)} with both values`));
  assert.ok(page.includes(`some ${APPLY_PAUSE_MILLIS} ms after`));
  assert.equal(DROP_COPY_HEARTBEAT_MILLIS, 1_000, "every second");
});

Deno.test("the page's table of fields has those of an entry, and no others", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const opening = source.open();
      await broker.publishInstruments(source);
      await broker.publish(opening);
      await broker.publish(source.append([sell(2, 5_000), buy(2, 5_000, by(2))]));
      const history = await broker.start(`${folder}/history.db`);
      await history.service.ready;
      const office = new DropCopyReceiver(await broker.nats.connectAs("backOffice"), 0);
      const answer = await office.ask({ afterSequence: 0 });
      assert.ok("entries" in answer);
      const rows = page.match(/^\| `.*`.*\|$/gm) ?? [];
      const fieldsOf = (of: RegExp) =>
        rows.filter((row) => of.test(row.split("|")[2] ?? ""))
          .flatMap((row) => Array.from((row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)))
          .map(([, field]) => field).sort();
      for (const kind of ["execution", "movement"]) {
        const entry: object = answer.entries.find((one) => one.kind === kind) ?? {};
        const listed = fieldsOf(new RegExp(`^ (both|${kind}) +$`));
        assert.deepEqual(listed, Object.keys(entry).sort(), kind);
      }
      for (const field of Object.keys(answer)) assert.ok(rows.some((row) => row.includes(field)));
      await history.stop();
    })
  ));
