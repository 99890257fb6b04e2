import assert from "node:assert/strict";
import type { PrivateReport } from "../../../core/protocol/private_report.ts";
import type { HistoryStart } from "../../../workers/history/history_worker.ts";
import { EventSource, randomCommands, seededRandom } from "../../core/history/event_source.ts";
import { DropCopyReceiver } from "./drop_copy_receiver.ts";
import { type HistoryBroker, until, withBroker } from "./history_broker.ts";
import {
  applyAll,
  dump,
  inStream,
  openHistory,
  randomMessages,
  withFolder,
} from "./stored_history.ts";

const KILLS = 5;

function startMessage(broker: HistoryBroker, databasePath: string): HistoryStart {
  return {
    natsUrl: broker.nats.server.webSocketUrl,
    credentials: broker.nats.server.credentials.history,
    natsSocket: "ws",
    shard: 0,
    databasePath,
  };
}

function startWorker(): { worker: Worker; posted: Record<string, unknown>[] } {
  const module = new URL("../../../workers/history/history_worker.ts", import.meta.url);
  const worker = new Worker(module, { type: "module", name: "history" });
  const posted: Record<string, unknown>[] = [];
  worker.onmessage = (event) => void posted.push(event.data);
  return { worker, posted };
}

/** A process with the Worker in it, whose first line of output is awaited by `ready`. */
function startProcess(options: HistoryStart): { child: Deno.ChildProcess; ready: Promise<string> } {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      new URL("worker_process.ts", import.meta.url).href,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  void writer.write(new TextEncoder().encode(JSON.stringify(options))).then(() => writer.close());
  return { child, ready: firstLine(child) };
}

/** The first line of a process's output, or what came before its end; reads the rest as well. */
async function firstLine(child: Deno.ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  void (async () => {
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes("\n")) resolve(text.split("\n")[0]);
    }
    resolve(text);
  })();
  return await promise;
}

Deno.test("the Worker says when it is ready and when it has stopped", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const source = new EventSource();
      const messages = randomMessages(source, seededRandom(2), 10);
      await broker.publishInstruments(source);
      await broker.publish(messages);
      const { worker, posted } = startWorker();
      const path = `${folder}/history.db`;
      worker.postMessage(startMessage(broker, path));
      worker.postMessage({ lead: true });
      await until("ready", () => posted.length > 0);
      assert.deepEqual(posted, [{ ready: true }]);
      worker.postMessage({ stop: true });
      await until("stopped", () => posted.length > 1);
      assert.deepEqual(posted[1], { stopped: true });
      worker.terminate();
      const history = openHistory(path);
      assert.equal(history.store.progress.eventSequence, source.state.events.sequence);
      history.store.close();
    })
  ));

Deno.test("the Worker names what is wrong with its start message", async () => {
  const { worker, posted } = startWorker();
  worker.postMessage({
    natsUrl: "ws://127.0.0.1:1",
    credentials: "x",
    natsSocket: "ws",
    shard: -1,
  });
  await until("a failure", () => posted.length > 0);
  assert.deepEqual(posted, [{ failure: "the start message is not valid: shard" }]);
  worker.terminate();
});

Deno.test("after kill -9 at any moment history and the reports' numbers are what they would be", () =>
  withFolder((folder) =>
    withBroker(async (broker) => {
      const seed = Date.now();
      console.log(`seed ${seed}`);
      const random = seededRandom(seed);
      const source = new EventSource();
      const messages = source.open();
      await broker.publishInstruments(source);
      await broker.publish(messages);
      await broker.listen(1, 600);
      const heard = await broker.subscribe(1);
      const office = new DropCopyReceiver(await broker.nats.connectAs("backOffice"), 0);
      await office.listen();
      const path = `${folder}/killed.db`;
      const options = startMessage(broker, path);
      let isPublishing = true;
      const publishing = (async () => {
        while (isPublishing) {
          const commands = randomCommands(random, 20, source.state.lastOrderId);
          const more = source.append(commands, 10);
          await broker.publish(more);
          messages.push(...more);
          // Slow enough that no restart is behind by more events than are published again.
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      for (let kill = 0; kill < KILLS; kill++) {
        const { child, ready } = startProcess(options);
        assert.equal(await ready, '{"ready":true}');
        await new Promise((resolve) => setTimeout(resolve, random() * 150));
        child.kill("SIGKILL");
        await child.status;
      }
      isPublishing = false;
      await publishing;
      const history = await broker.start(path);
      await history.service.ready;
      assert.doesNotMatch(history.said.join("\n"), /built anew/);
      const all = await broker.askReports(1, source.state.events.sequence);
      await until("the last report", () => heard.some((one) => one.sequence === all.length));
      const { sequence } = source.state.events;
      await until("the end of the drop copy", () => office.sequence === sequence);
      // A gap may show behind a restart, but there is nothing in it.
      assert.deepEqual(office.all, await office.repair(0, sequence), "everything was heard");
      await history.stop();
      assertHeard(heard, all);

      const whole = openHistory(`${folder}/whole.db`);
      applyAll(whole, inStream(messages));
      whole.store.close();
      assert.deepEqual(dump(path), dump(`${folder}/whole.db`));
    })
  ));

/** At least once, and whatever came twice is the same. */
function assertHeard(heard: readonly PrivateReport[], all: readonly PrivateReport[]): void {
  for (const report of heard) assert.deepEqual(report, all[report.sequence - 1]);
  const sequences = new Set(heard.map((report) => report.sequence));
  const missing = all.filter((report) => !sequences.has(report.sequence));
  assert.equal(missing.length, 0, `the first that was not heard: ${missing[0]?.sequence}`);
}
