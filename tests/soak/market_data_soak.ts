/**
 * A bot in another language behind `deno task watch --bin`, beside a market that trades, on a road that
 * loses messages: in the end its book is that of the market, level by level.
 *
 * ```text
 * deno task start --demo ── broker ── lossy relay ── watch --bin ── this program ── python3, FEEDS.md
 * ```
 *
 * @module
 */
import { FeedKind } from "../../core/market_data/feed_frame.ts";
import { readFeedFrame, type SnapshotFrame } from "../../core/market_data/feed_reader.ts";
import { snapshotSubject } from "../../core/protocol/subjects.ts";
import { connectNats } from "../../infra/nats/connect.ts";
import type { NatsConnection } from "nats.ws";
import { type BotReport, PythonBot } from "../support/python_bot.ts";
import { StartedMarket, taskArguments } from "../workers/supervisor/started_market.ts";
import { LossPlan } from "./loss_plan.ts";
import { LossyRelay } from "./lossy_relay.ts";
import { PipedBook } from "./piped_book.ts";

const PROGRESS_MILLIS = 30_000;
const LOOK_MILLIS = 100;
/** How long nothing has to happen until the market counts as quiet. */
const QUIET_MILLIS = 2_000;
/** Longest wait for quiet and for the last repair: a lost last number is said again after 15 s. */
const SETTLE_MILLIS_MAX = 60_000;
const ANSWER_MILLIS_MAX = 5_000;
/** Levels of a side that are compared: more than the demo ever has. */
const LEVELS_ASKED = 4_000;

/** How long, and how often something gets lost. */
export interface SoakOptions {
  readonly symbol: string;
  readonly seconds: number;
  readonly lossSeconds: number;
  readonly random: () => number;
  readonly say: (line: string) => void;
  /** Ends it early, as a failure. */
  readonly signal: AbortSignal;
}

/** The soak has not shown what it should. */
export class SoakError extends Error {
  override readonly name = "SoakError";
}

/** There is no Python to run the bot. */
export class NoPythonError extends Error {
  override readonly name = "NoPythonError";
}

/** Everything that runs. */
interface Running {
  readonly options: SoakOptions;
  readonly market: StartedMarket;
  readonly connection: NatsConnection;
  readonly plan: LossPlan;
  readonly piped: PipedBook;
  readonly watcher: Deno.ChildProcess;
  readonly bot: PythonBot;
  /** Settles when the watcher has ended; rejects when the bot has. */
  readonly piping: Promise<void>;
}

/**
 * Runs the soak and ends everything that it started.
 *
 * @returns a line that says what was seen
 * @throws {SoakError} when the bot's book is not the market's, or its gaps are not the losses
 * @throws {NoPythonError} when there is none
 */
export async function soakMarketData(options: SoakOptions): Promise<string> {
  await using ends = new AsyncDisposableStack();
  const bot = await PythonBot.start();
  if (bot === null) throw new NoPythonError("there is no python3 to run the decoder of FEEDS.md");
  ends.defer(() => bot.kill());
  const data = await Deno.makeTempDir({ prefix: "edgebook-soak-" });
  ends.defer(() => Deno.remove(data, { recursive: true }));
  const { line, market } = await StartedMarket.start(data, ["--demo"]);
  ends.defer(() => endMarket(market));
  const plan = new LossPlan(options.symbol, options.random);
  const relay = ends.use(new LossyRelay(line.natsWebSocket, plan.isLost));
  const credentials = line.subscriberCreds;
  const connection = await connectNats({ servers: line.natsWebSocket, credentials, name: "soak" });
  ends.defer(() => connection.close());
  const watcher = startWatcher(options.symbol, relay.url, `${data}/run/subscriber.creds`);
  ends.defer(() => killProcess(watcher));
  const piped = new PipedBook();
  const piping = pipe(watcher, piped, bot);
  piping.catch(() => {});
  const running = { options, market, connection, plan, piped, watcher, bot, piping };
  await losingForAWhile(running);
  const snapshot = await settle(running);
  watcher.kill("SIGINT");
  await piping;
  return judge(await bot.end(), snapshot, plan);
}

/** Lets messages get lost until the time is over. */
async function losingForAWhile({ options, piped, piping, plan }: Running): Promise<void> {
  const { say, seconds, lossSeconds, signal } = options;
  const beganAt = performance.now();
  const passed = () => (performance.now() - beganAt) / 1_000;
  let losses = 0;
  let saidAt = beganAt;
  let hasEnded = false;
  void piping.catch(() => {}).then(() => hasEnded = true);
  while (passed() < seconds) {
    if (signal.aborted) throw new SoakError(`left after ${Math.floor(passed())} s`);
    if (hasEnded) throw new SoakError("the watcher or the bot ended by itself");
    // The first one after a whole interval, so that there is a book to lose something of.
    const due = Math.floor(passed() / lossSeconds);
    if (due > losses) {
      losses = due;
      plan.loseOne();
    }
    if (performance.now() - saidAt >= PROGRESS_MILLIS) {
      saidAt += PROGRESS_MILLIS;
      say(
        `${Math.round(passed())} s  ${piped.messages} messages  ${lossText(plan)}  ` +
          `${piped.gaps} gaps  ${piped.snapshots} snapshots  book at ${piped.sequence}`,
      );
    }
    await pause(LOOK_MILLIS);
  }
  plan.stop();
}

/**
 * Stops the traders and waits until the market stands still and the bot has all of it.
 *
 * @returns the market's book
 */
async function settle({ connection, market, options, piped }: Running): Promise<SnapshotFrame> {
  Deno.kill(market.pidOf("demo"), "SIGSTOP");
  const until = performance.now() + SETTLE_MILLIS_MAX;
  let last = await askSnapshot(connection, options.symbol);
  let since = performance.now();
  while (performance.now() < until) {
    if (options.signal.aborted) throw new SoakError("left while the market came to rest");
    await pause(LOOK_MILLIS);
    const next = await askSnapshot(connection, options.symbol);
    if (next.sequence !== last.sequence || piped.sequence !== next.sequence) {
      since = performance.now();
    }
    last = next;
    if (performance.now() - since >= QUIET_MILLIS) return last;
  }
  throw new SoakError(
    `after ${SETTLE_MILLIS_MAX} ms the bot's book is at ${piped.sequence}, ` +
      `the market's at ${last.sequence}`,
  );
}

/** @throws {SoakError} naming what is not as it should be */
function judge(report: BotReport, snapshot: SnapshotFrame, plan: LossPlan): string {
  const wrong: string[] = [];
  const check = (what: string, bot: unknown, market: unknown) => {
    const [found, expected] = [JSON.stringify(bot), JSON.stringify(market)];
    if (found !== expected) wrong.push(`${what}: the bot has ${found}, not ${expected}`);
  };
  check("sequence", report.sequence, snapshot.sequence);
  check("bids", report.bids, snapshot.bids);
  check("asks", report.asks, snapshot.asks);
  check("gaps", report.gaps, plan.depthLosses);
  check("checksum mismatches", report.mismatches, 0);
  if (snapshot.bids.length + snapshot.asks.length === 0) wrong.push("the book is empty");
  if (wrong.length > 0) throw new SoakError(wrong.join("; "));
  return `exact at sequence ${report.sequence}: ${report.bids.length} bids, ` +
    `${report.asks.length} asks; ${report.messages} messages, ${report.trades} trades, ` +
    `${lossText(plan)}, ${report.gaps} gaps, ${report.snapshots} snapshots, ` +
    `${report.mismatches} checksum mismatches`;
}

function lossText(plan: LossPlan): string {
  const feeds = [...plan.losses].map(([feed, count]) => `${count} of ${feed}`).sort().join(", ");
  return `${plan.count} lost${feeds === "" ? "" : ` (${feeds})`}`;
}

function startWatcher(symbol: string, url: string, creds: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("watch"), symbol, "--bin", "--url", url, "--creds", creds],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Passes on what the watcher writes; nothing is read that the bot has not taken. */
async function pipe(
  watcher: Deno.ChildProcess,
  piped: PipedBook,
  bot: PythonBot,
): Promise<void> {
  for await (const bytes of watcher.stdout) {
    piped.take(bytes);
    await bot.write(bytes);
  }
}

async function askSnapshot(connection: NatsConnection, symbol: string): Promise<SnapshotFrame> {
  const query = JSON.stringify({ format: "bin", levels: LEVELS_ASKED });
  const options = { timeout: ANSWER_MILLIS_MAX };
  const { data } = await connection.request(snapshotSubject(symbol), query, options);
  const frame = readFeedFrame(data);
  if (frame.kind !== FeedKind.snapshot) throw new SoakError(`a snapshot of kind ${frame.kind}`);
  return frame;
}

async function endMarket(market: StartedMarket): Promise<void> {
  try {
    Deno.kill(market.pidOf("demo"), "SIGCONT");
  } catch {
    // It has ended, or never began.
  }
  await market.end("SIGTERM").catch(() => {});
  await market.kill();
}

async function killProcess(process: Deno.ChildProcess): Promise<void> {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  await process.status;
}

const pause = (millis: number) => new Promise<void>((done) => setTimeout(done, millis));
