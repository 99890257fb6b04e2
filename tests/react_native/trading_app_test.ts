/**
 * The client for apps in React Native: bundled by Metro as an app is, on React Native's own JavaScript,
 * in the Hermes engine. Its native half alone is of this test, and does for real what it is asked for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { bundleClient } from "../support/client_bundle.ts";
import {
  eventually,
  keyOf,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";
import { compile, HermesVm, whyNoHermes } from "./hermes_vm.ts";
import { NativeModules } from "./native_modules.ts";

const FOLDER = new URL("./", import.meta.url);
/** Bids that a snapshot has of the 1,100 that the app has placed. */
const SNAPSHOT_LEVELS = 1_000;
/** No timer of the app takes longer while it asks one that never answers. */
const HASTY_MILLIS = 20;
/** Lines that a failure shows of what the app has said. */
const SAID_LINES = 30;
const ATTEMPTS_MAX = 6;

/** How the app begins; the client is imported as CLIENT.md has it. */
const ENTRY = `
import "./app_globals.js";
import { TradingClient } from "./edgebook.js";
import { define } from "./app.js";

define(TradingClient);
`;

/** The app as Metro bundles it, with the client as `deno task client` writes it. */
async function bundleApp(data: string, profile: "default" | "hermes-stable"): Promise<string> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ dir: data }));
  await bundleClient(folder);
  for (const name of ["app_globals.js", "app.js"]) {
    await Deno.copyFile(new URL(name, FOLDER), `${folder}/${name}`);
  }
  await Deno.writeTextFile(`${folder}/index.js`, ENTRY);
  const [config, main] = ["deno.json", "bundle_main.ts"].map((name) =>
    fileURLToPath(new URL(name, FOLDER))
  );
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--config", config, main, folder, profile],
    stdout: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return `${folder}/${profile}.js`;
}

/** A running app. */
class App {
  readonly modules: NativeModules;
  readonly vm: HermesVm;

  private constructor() {
    this.vm = new HermesVm((module, method, args) => this.modules.take(module, method, args));
    this.modules = new NativeModules(this.vm);
  }

  static async start(script: string): Promise<App> {
    const app = new App();
    app.vm.run(await Deno.readTextFile(new URL("native_modules.js", FOLDER)));
    app.vm.run(await Deno.readTextFile(script));
    return app;
  }

  /** What it has said of something. */
  // deno-lint-ignore no-explicit-any -- the app says something else of each
  said(name: string): any[] {
    return this.modules.logged.filter((line) => line.startsWith(`${name} `))
      .map((line) => JSON.parse(line.slice(name.length)));
  }

  /** Waits until it has said so; fails when anything in it does. */
  async until(what: string, isTrue: () => boolean): Promise<void> {
    const { logged } = this.modules;
    const said = () => [...logged, ...this.vm.printed].slice(-SAID_LINES).join("\n");
    await eventually(what, () => {
      assert.deepEqual([this.said("failed"), this.vm.printed], [[], []], said());
      return isTrue() || undefined;
    }).catch((error) => assert.fail(`${error}\n${said()}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.modules.close();
    await this.vm.end();
  }
}

/** An address at which nobody listens. */
function closedAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}`;
}

async function checkTrading(app: App, options: Readonly<Record<string, string>>): Promise<void> {
  app.vm.say("trade", { ...options, closed: closedAddress() });
  await app.until("the end of the app", () => app.said("traded").length > 0);
  const [[status, orderId, clientOrderId]] = app.said("placed");
  assert.equal(status, "new");
  assert.match(clientOrderId, /^[\w-]{21}$/);
  assert.deepEqual(app.said("lacks"), [[
    ...["crypto", "EventSource", "ReadableStream", "structuredClone", "TextEncoder"],
    ...["at", "toSorted", "asyncIterator", "any", "timeout", "body"],
  ]]);
  for (
    const [name, value] of [
      ["levels", SNAPSHOT_LEVELS],
      ["amended", "0.0500"],
      ["read", "0.0500"],
      ["open", 1_101],
      ["canceled", "canceled_by_request"],
      ["refused", ["RefusedError", "unknown_order", true]],
      ["lost", ["OutcomeUnknownError", "one-name", "NoAnswerError", "Network request failed"]],
      ["all", 1_100],
    ]
  ) assert.deepEqual(app.said(String(name)), [value], String(name));
  const own = () => app.said("report").filter(([, id]) => id === orderId).map(([kind]) => kind);
  await app.until("its reports", () => own().length === 3);
  assert.deepEqual(own(), ["accepted", "amended", "canceled"]);
  await app.until("its book", () => app.said("book").length === 4);
  assert.deepEqual(app.said("book"), ["0", "0.1000", "0.0500", "0"]);
}

/** The phone changes from one network to another. */
async function checkBreak(app: App): Promise<void> {
  app.modules.breakSockets();
  app.vm.say("placeAgain");
  const isReported = (id: string) =>
    app.said("report").some(([kind, of]) => kind === "accepted" && of === id);
  await app.until("the report of another order", () => app.said("again").some(isReported));
  const changes = [[true, ""], [false, "Software caused connection abort"], [true, ""]];
  assert.deepEqual(app.said("connection"), changes);
  await app.until("its book", () => app.said("book").at(-1) === "0.0200");
}

async function checkMute(app: App): Promise<void> {
  let abandoned = 0;
  const end = Promise.withResolvers<void>();
  const mute = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ signal }) => {
    signal.addEventListener("abort", () => abandoned++);
    return end.promise.then(() => new Response());
  });
  try {
    app.modules.timerMillisMax = HASTY_MILLIS;
    app.vm.say("ask", { mute: `http://127.0.0.1:${mute.addr.port}` });
    await app.until("no answer", () => app.said("asked").length > 0);
    assert.deepEqual(app.said("unanswered"), [["NoAnswerError", ATTEMPTS_MAX, "AbortError"]]);
    await eventually("the end of all requests", () => abandoned === ATTEMPTS_MAX || undefined);
  } finally {
    end.resolve();
    await mute.shutdown();
  }
}

/** A test where there is an engine; where there is none, its line says why it is not run. */
function testHermes(name: string, body: (data: string) => Promise<void>): void {
  const reason = whyNoHermes();
  Deno.test({
    name: reason === null ? name : `${name} (not run: ${reason})`,
    ignore: reason !== null,
    fn: () => withDataDirectory((data) => body(data)),
  });
}

testHermes("an app of React Native trades, and hears of it over the WebSocket", async (data) => {
  const script = await bundleApp(data, "default");
  await withDataDirectory(async (market, keep) => {
    const started = await StartedMarket.start(market);
    keep(started.market);
    const { key: id, secret } = keyOf(started.line, "1");
    await using app = await App.start(script);
    await checkTrading(app, { url: started.line.gateway, id, secret });
    await checkBreak(app);
    app.vm.say("close");
    await checkMute(app);
  });
});

testHermes("the compiler of the newest Hermes takes the app as Metro bundles it", async (data) => {
  const script = await bundleApp(data, "hermes-stable");
  const text = await Deno.readTextFile(script);
  assert.match(text, /class \w* ?extends Error/, "it is the code for engines that know classes");
  assert.deepEqual(await compile(script, `${data}/app.hbc`), []);
  assert.ok((await Deno.stat(`${data}/app.hbc`)).size > 0);
});

testHermes("without Metro it takes all of the client but asynchronous generators", async (data) => {
  await bundleClient(data);
  const module = await Deno.readTextFile(`${data}/edgebook.js`);
  const script = module.replace(/export\s*\{[^}]*\};?\s*$/, "");
  assert.notEqual(script, module);
  await Deno.writeTextFile(`${data}/script.js`, script);
  const refused = await compile(`${data}/script.js`, `${data}/client.hbc`);
  assert.deepEqual(refused, ["async generators are unsupported"]);
});
