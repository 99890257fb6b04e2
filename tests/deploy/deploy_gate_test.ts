/**
 * The deploy gate: what can be known here about whether the gateway runs on Deno Deploy.
 *
 * @module
 */

import assert from "node:assert/strict";
import { runChild } from "../runner/child_process.ts";
import { runGateway } from "./gateway_process.ts";
import { currentRuntime, oldestRuntime, type Runtime } from "./runtime.ts";
import { ENTRYPOINT, STABLE_CONFIG, stageDeploy } from "./staged_deploy.ts";

const COMMAND_MILLIS_MAX = 180_000;

/** Runs a command of a runtime in the staged folder; it must succeed. */
async function succeed(runtime: Runtime, folder: string, args: string[]): Promise<void> {
  const { code, output } = await runChild(runtime.executable, args, {
    cwd: folder,
    env: runtime.env,
    millisMax: COMMAND_MILLIS_MAX,
  });
  assert.equal(code, 0, `deno ${runtime.version} ${args.join(" ")}\n${output}`);
}

/** Installs, checks and runs the staged gateway on one runtime. */
async function passGate(runtime: Runtime, t: Deno.TestContext): Promise<void> {
  const folder = await stageDeploy();
  try {
    await t.step(
      "the lock file holds what deno.json asks for, and all of it installs",
      () => succeed(runtime, folder, ["install", "--frozen"]),
    );
    await t.step(
      "the entry uses no API that is unstable, or newer than the runtime",
      () => succeed(runtime, folder, ["check", "--frozen", "--config", STABLE_CONFIG, ENTRYPOINT]),
    );
    await t.step("the entry lives without a broker, and stops when it is told to", async () => {
      const run = await runGateway(runtime, folder);
      assert.equal(run.liveStatus, 200, `GET /health/live: ${run.liveStatus}\n${run.errors}`);
      assert.ok(run.stoppedInTime, `was still there 5 s after SIGINT\n${run.errors}`);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("deploy gate: the gateway runs from what is deployed, on the current runtime", (t) =>
  passGate(currentRuntime(), t));

Deno.test("deploy gate: the gateway runs on the oldest runtime of Deno Deploy", async (t) =>
  passGate(await oldestRuntime((line) => console.error(line)), t));
