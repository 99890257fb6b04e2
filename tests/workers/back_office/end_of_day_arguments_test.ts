import assert from "node:assert/strict";
import { runTask } from "../supervisor/started_market.ts";
import { withFolder } from "../history/stored_history.ts";

Deno.test("a command line that makes no sense ends with code 2 and touches nothing", () =>
  withFolder(async (folder) => {
    const out = `${folder}/out`;
    for (
      const [args, message] of [
        [["--date", "2026-13-01"], /--date "2026-13-01" is no day/],
        [["--date", "9999-12-31"], /is not over before/],
        [["--from", "2026-01-01T00:00:00Z"], /--from and --to go together/],
        [["--format", "csv,xlsx"], /--format "csv,xlsx" is not allowed; it takes parquet, csv/],
        [["--format", "csv,csv"], /each once/],
        [["--format", ""], /--format/],
        [["--shard", "1000"], /--shard "1000" is not allowed/],
        [["--yesterday"], /Unknown option '--yesterday'; deno task end-of-day --help/],
      ] as const
    ) {
      const { code, stderr, stdout } = await runTask("end-of-day", [...args, "--out", out]);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n.+\n/, "one line says it");
    }
    assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
  }));

Deno.test("without a market it says which is missing, and leaves no file", () =>
  withFolder(async (folder) => {
    const { code, stderr } = await runTask("end-of-day", ["--data", `${folder}/none`]);
    assert.equal(code, 1);
    assert.match(stderr, /holds no market .* start one with: deno task start/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    const remote = ["--data", folder, "--nats-url", "ws://127.0.0.1:1"];
    const other = await runTask("end-of-day", remote);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /--nats-url needs --creds FILE, the credentials of user replay/);
  }));

Deno.test("the help names every option and every exit code that matters", async () => {
  const { code, stdout } = await runTask("end-of-day", ["--help"]);
  assert.equal(code, 0);
  for (const option of ["date", "from", "to", "out", "format", "replace", "office-creds"]) {
    assert.match(stdout, new RegExp(`^  --${option} `, "m"));
  }
});
