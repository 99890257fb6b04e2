import assert from "node:assert/strict";
import { runDeno } from "./child_process.ts";

/** Far longer than any child here takes. */
const MILLIS_MAX = 30_000;

Deno.test("child process: the exit code and both streams come back, and are shown", async () => {
  const shown: number[] = [];
  const { code, output } = await runDeno(
    ["eval", "console.log('out'); console.error('err'); Deno.exit(7)"],
    { millisMax: MILLIS_MAX, show: (bytes) => shown.push(bytes.length) },
  );
  assert.equal(code, 7);
  assert.match(output, /out\n/);
  assert.match(output, /err\n/);
  assert.equal(shown.reduce((sum, one) => sum + one), output.length);
});

Deno.test("child process: a child that hangs is killed at its limit", async () => {
  const started = performance.now();
  const { code, output } = await runDeno(["eval", "setInterval(() => {}, 1000)"], {
    millisMax: 500,
  });
  assert.equal(code, 124);
  assert.match(output, /killed after 500 ms/);
  assert.ok(performance.now() - started < MILLIS_MAX);
});

Deno.test("child process: a process that it leaves behind does not hold up its end", async () => {
  const orphan = `setTimeout(() => {}, ${MILLIS_MAX})`;
  const script = `
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", "${orphan}"] }).spawn();
    console.log("pid=" + child.pid + ";");
    Deno.exit(0);`;
  const started = performance.now();
  const { code, output } = await runDeno(["eval", script], { millisMax: MILLIS_MAX });
  Deno.kill(Number(/pid=(\d+);/.exec(output)?.[1]), "SIGKILL");
  assert.equal(code, 0);
  assert.ok(performance.now() - started < MILLIS_MAX / 2);
});
