import assert from "node:assert/strict";
import { COMMAND_NOT_FOUND, thisSystem } from "../../../infra/provision/system.ts";

Deno.test("a command's end and output come back, and a missing one is no exception", async () => {
  const system = thisSystem();
  assert.deepEqual(await system.run("sh", ["-c", "echo out; echo err >&2; exit 3"]), {
    code: 3,
    output: "out\nerr\n",
  });
  assert.equal((await system.run("no-such-command-here", [])).code, COMMAND_NOT_FOUND);
});

Deno.test("only regular files with the right to execute count", async () => {
  const system = thisSystem();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/plain`, "", { mode: 0o644 });
    await system.writeExecutable(`${folder}/tool`, new TextEncoder().encode("#!/bin/sh\necho 7\n"));
    assert.equal(await system.isExecutable(`${folder}/plain`), false);
    assert.equal(await system.isExecutable(folder), false);
    assert.equal(await system.isExecutable(`${folder}/missing`), false);
    assert.equal(await system.isExecutable(`${folder}/tool`), true);
    assert.equal((await system.run(`${folder}/tool`, [])).output, "7\n");
    assert.equal(await system.exists(folder), true);
    assert.equal(await system.exists(`${folder}/missing`), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("servers' folders are searched although PATH lacks them", () => {
  const { searchPath } = thisSystem();
  assert.ok(
    ["/usr/local/sbin", "/usr/sbin", "/opt/homebrew/bin"].every((folder) =>
      searchPath.includes(folder)
    ),
  );
  assert.equal(new Set(searchPath).size, searchPath.length);
});

Deno.test("one process at a time holds a lock, and its death frees it", async () => {
  const name = `test-${crypto.randomUUID()}`;
  const module = new URL("../../../infra/provision/system.ts", import.meta.url).href;
  const script = `import { thisSystem } from ${JSON.stringify(module)};
    const lock = await thisSystem().tryLock(${JSON.stringify(name)});
    console.log(lock === undefined ? "refused" : "held");
    if (Deno.args[0] === "stay") setInterval(() => {}, 1_000);`;
  const folder = await Deno.makeTempDir();
  const path = `${folder}/holder.ts`;
  await Deno.writeTextFile(path, script);
  const start = (argument: string) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", path, argument],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  const holder = start("stay");
  const lines = holder.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    assert.equal((await lines.read()).value, "held\n");
    assert.equal(await thisSystem().tryLock(name), undefined);
    assert.equal(new TextDecoder().decode((await start("").output()).stdout), "refused\n");
    holder.kill("SIGKILL");
    await holder.status;
    const lock = await thisSystem().tryLock(name);
    assert.ok(lock !== undefined);
    assert.equal(new TextDecoder().decode((await start("").output()).stdout), "refused\n");
    lock.release();
    assert.equal(new TextDecoder().decode((await start("").output()).stdout), "held\n");
  } finally {
    await lines.cancel();
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(`${thisSystem().cacheDirectory}/${name}.lock`);
  }
});
