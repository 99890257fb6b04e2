import assert from "node:assert/strict";
import { Component, type ComponentSpec } from "../../../workers/supervisor/component.ts";
import { RestartPolicy } from "../../../workers/supervisor/restart_policy.ts";

/** A component of processes that a test ends as it likes. */
function scene(
  refused: Readonly<Record<number, string>> = {},
  policy: Pick<RestartPolicy, "died" | "recent"> = new RestartPolicy(),
) {
  const said: string[] = [];
  const pids: number[] = [];
  const givenUp = Promise.withResolvers<string>();
  const launches: {
    readonly up: () => void;
    readonly die: (code: number, signal?: Deno.Signal) => void;
  }[] = [];
  let isOnlyFailing = false;
  const launched: (() => void)[] = [];
  const spec: ComponentSpec = {
    name: "gateway",
    launch() {
      if (isOnlyFailing) return Promise.reject(new Error("no such program"));
      const ready = Promise.withResolvers<void>();
      const exited = Promise.withResolvers<Deno.CommandStatus>();
      const die = (code: number, signal: Deno.Signal | null = null) =>
        exited.resolve({ success: code === 0, code, signal });
      launches.push({ up: ready.resolve, die: (code, signal) => die(code, signal ?? null) });
      return Promise.resolve({
        pid: 100 + launches.length,
        ready: ready.promise,
        exited: exited.promise,
        end: (graceMillis) => {
          said.push(`ended within ${graceMillis}`);
          die(0);
          return Promise.resolve();
        },
        about: "here",
      });
    },
    refusal: (code) => refused[code] ?? null,
  };
  const component = new Component(spec, {
    say: (line) => said.push(line),
    launched: (_, pid) => {
      pids.push(pid);
      launched.shift()?.();
      return Promise.resolve();
    },
    givenUp: givenUp.resolve,
  }, policy);
  return {
    component,
    said,
    pids,
    givenUp: givenUp.promise,
    launches,
    failFromNowOn: () => isOnlyFailing = true,
    nextLaunch: () => new Promise<void>((resolve) => launched.push(resolve)),
  };
}

Deno.test("component: is said to be up once, and started again with another pid when it dies", async () => {
  const { component, launches, nextLaunch, pids, said } = scene();
  const up = component.start();
  launches[0].up();
  await up;
  assert.equal(component.pid, 101);
  assert.match(said[0], /^gateway {2}up {2}pid 101 .*ms {2}here$/);
  const again = nextLaunch();
  launches[0].die(137, "SIGKILL");
  await again;
  assert.match(said[1], /died by signal SIGKILL; starting it again in 0 ms/);
  await component.stop(50);
  assert.deepEqual(pids, [101, 102]);
  assert.equal(said.at(-1), "ended within 50");
});

Deno.test("component: an exit code that is a refusal is final", async () => {
  const { component, givenUp, launches } = scene({ 4: "the log is damaged" });
  void component.start();
  launches[0].die(4);
  assert.equal(await givenUp, "gateway ended with exit code 4: the log is damaged");
  assert.equal(launches.length, 1);
  await component.stop(0);
});

Deno.test("component: one that cannot be started is given up with the reason", async () => {
  let deaths = 0;
  const policy = { died: () => ++deaths > 3 ? null : 0, recent: 0 };
  const { component, failFromNowOn, givenUp, said } = scene({}, policy);
  failFromNowOn();
  void component.start();
  assert.match(await givenUp, /died more than \d+ times in 30 s; .*no such program/);
  assert.equal(said.length, 3);
});

Deno.test("component: a stop during the pause before a restart starts nothing more", async () => {
  const { component, launches, nextLaunch, said } = scene();
  const first = nextLaunch();
  void component.start();
  await first;
  const again = nextLaunch();
  launches[0].die(1);
  await again;
  launches[1].die(1);
  while (said.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  await component.stop(10);
  assert.equal(launches.length, 2);
});
