import assert from "node:assert/strict";
import { SnapshotRounds } from "../../../workers/supervisor/snapshot_rounds.ts";

const INTERVAL_MILLIS = 10;

/** A process that ends when the test says so, or when it is killed. */
class FakeProcess {
  readonly #ended = Promise.withResolvers<Deno.CommandStatus>();
  readonly status = this.#ended.promise;
  signal: string | undefined;

  end(code: number): void {
    this.#ended.resolve({ success: code === 0, code, signal: null });
  }

  kill(signal: Deno.Signal = "SIGTERM"): void {
    this.signal = signal;
    this.end(137);
  }
}

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(1);
}

Deno.test("one snapshot at a time, the next after the one before, and a failure is told", async () => {
  const launched: FakeProcess[] = [];
  const said: string[] = [];
  const rounds = new SnapshotRounds(() => {
    const process = new FakeProcess();
    launched.push(process);
    return process;
  }, (line) => said.push(line));
  rounds.start(INTERVAL_MILLIS);
  await until(() => launched.length === 1);
  await pause(5 * INTERVAL_MILLIS);
  assert.equal(launched.length, 1, "the first one still runs");
  launched[0].end(0);
  await until(() => launched.length === 2);
  assert.deepEqual(said, []);
  launched[1].end(1);
  await until(() => launched.length === 3);
  assert.deepEqual(said, ["no snapshot could be taken (exit code 1); it is tried again"]);
  await rounds.stop();
  assert.equal(launched[2].signal, "SIGKILL");
  await pause(3 * INTERVAL_MILLIS);
  assert.equal(launched.length, 3, "none after the end");
  assert.equal(said.length, 1, "an end is no failure");
});
