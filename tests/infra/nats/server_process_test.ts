import assert from "node:assert/strict";
import { DirectoryInUseError } from "../../../infra/nats/errors.ts";
import { configPath, pidPath } from "../../../infra/nats/server_config.ts";
import {
  assertUnused,
  endServer,
  serverThreads,
  tidyDirectory,
} from "../../../infra/nats/server_process.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "edgebook-process-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const shell = (script: string, ...args: string[]) =>
  new Deno.Command("sh", { args: ["-c", script, ...args], stdout: "null", stderr: "null" }).spawn();

Deno.test("a process that ignores SIGTERM is ended by SIGKILL", async () => {
  const child = shell("trap '' TERM; while :; do sleep 0.05; done");
  await new Promise((done) => setTimeout(done, 100));
  const beganAt = performance.now();
  await endServer(child, 150);
  assert.equal((await child.status).signal, "SIGKILL");
  assert.ok(performance.now() - beganAt >= 140);
});

Deno.test("ending a process that has ended does nothing", async () => {
  const child = shell("exit 3");
  await child.status;
  await endServer(child, 1_000);
  assert.equal((await child.status).code, 3);
});

Deno.test("a folder without a pid file, or with that of something else, is unused", async () => {
  await withFolder(async (folder) => {
    await assertUnused(folder);
    // This very process lives, but it is no server on the folder.
    for (const text of ["", "x", "1", "999999999", `${Deno.pid}\n`]) {
      await Deno.writeTextFile(pidPath(folder), text);
      await assertUnused(folder);
    }
  });
});

Deno.test("a folder whose server lives is in use, and the error says by whom", async () => {
  await withFolder(async (folder) => {
    const child = shell("while :; do sleep 0.05; done", "-c", configPath(folder));
    try {
      await Deno.writeTextFile(pidPath(folder), `${child.pid}\n`);
      await assert.rejects(assertUnused(folder), (error) => {
        assert.ok(error instanceof DirectoryInUseError);
        return error.message.includes(`kill ${child.pid}`) && error.pid === child.pid;
      });
    } finally {
      await endServer(child, 0);
    }
    await assertUnused(folder);
  });
});

Deno.test("port files and old logs go, the newest old log stays", async () => {
  await withFolder(async (folder) => {
    const files = [
      "keys.json",
      "nats-server.log",
      "nats-server.log.2026.01.01.00.00.00.1",
      "nats-server.log.2026.01.02.00.00.00.1",
      "nats-server_12.ports",
    ];
    for (const name of files) await Deno.writeTextFile(`${folder}/${name}`, name);
    await tidyDirectory(folder);
    const left = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    assert.deepEqual(left, [files[0], files[1], files[3]]);
  });
});

Deno.test("the server leaves half of the cores to the others, and has one at least", () => {
  assert.deepEqual([1, 2, 3, 4, 16].map(serverThreads), [1, 1, 1, 2, 8]);
});
