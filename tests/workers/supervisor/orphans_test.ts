import assert from "node:assert/strict";
import { InstallationPaths } from "../../../infra/administration/local_installation.ts";
import { endOrphans, findOrphans } from "../../../workers/supervisor/orphans.ts";

/** A process that sleeps, with a command line that looks like a gateway's of a data directory. */
function lookAlike(label: string): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", "sleep 30 & wait", "x/routes/main.ts", label],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

Deno.test("orphans: a pid file leads to the process only where its command line names the directory", async () => {
  const data = await Deno.makeTempDir({ prefix: "edgebook-orphans-" });
  const paths = new InstallationPaths(data);
  await Deno.mkdir(paths.run());
  const ours = lookAlike(data);
  const stranger = lookAlike(`${data}-other`);
  try {
    await Deno.writeTextFile(paths.pid("gateway"), `${stranger.pid}\n`);
    assert.deepEqual(await findOrphans(paths), []);
    await Deno.writeTextFile(paths.pid("gateway"), "no pid");
    assert.deepEqual(await findOrphans(paths), []);
    await Deno.writeTextFile(paths.pid("gateway"), `${ours.pid}\n`);
    assert.deepEqual(await findOrphans(paths), [{ name: "gateway", pid: ours.pid }]);
    const said: string[] = [];
    await endOrphans(paths, (line) => said.push(line));
    assert.match(said[0], new RegExp(`gateway with pid ${ours.pid} was left behind`));
    assert.equal((await ours.status).success, false);
    assert.deepEqual(await findOrphans(paths), []);
  } finally {
    stranger.kill("SIGKILL");
    await stranger.status;
    await Deno.remove(data, { recursive: true });
  }
});
