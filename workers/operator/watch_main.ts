/**
 * `deno task watch`: the book and the tape of one market, live, as any subscriber could have them, or
 * a part of the past out of the log.
 *
 * Needs no more than `--allow-net`, `--allow-read` and the two variables that npm `ws` asks for.
 * Exit codes: 0 left or at the end, 1 no market or no such instrument, 2 the command line is not
 * understood, or the log has nothing of that.
 *
 * @module
 */
import { UsageError } from "./command_line.ts";
import { readWatchArguments, WATCH_HELP, type WatchArguments } from "./watch_arguments.ts";
import { BinaryWatch } from "./watch_binary.ts";
import { connectToLog, connectToMarket } from "./watch_connection.ts";
import { WatchModel } from "./watch_model.ts";
import { write, writeBytes } from "./watch_output.ts";
import { ReplayPace, SPEED_MAX } from "./watch_pace.ts";
import { ReplayProgress } from "./watch_progress.ts";
import { MarketReplay, type ReplayRequest } from "./watch_replay.ts";
import { WatchSession } from "./watch_session.ts";
import { BinaryTaker, ModelTaker } from "./watch_taker.ts";
import { lineView, screenView } from "./watch_view.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const MICROS_PER_MILLI = 1_000;

/** Calls `leave` at Ctrl-C, at an order to end, and where keys are read at q. */
function listenForLeave(leave: () => void, readsKeys: boolean): () => void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, leave);
  if (!readsKeys || !Deno.stdin.isTerminal()) return () => {};
  // Keys come one by one and are not shown; Ctrl-C stays a signal.
  Deno.stdin.setRaw(true, { cbreak: true });
  void (async () => {
    const keys = new Uint8Array(16);
    for (;;) {
      const count = await Deno.stdin.read(keys);
      if (count === null) return;
      if (keys.subarray(0, count).includes("q".charCodeAt(0))) return leave();
    }
  })();
  return () => Deno.stdin.setRaw(false);
}

/** The binary messages, until there is an order to end. */
async function watchBinary(choice: WatchArguments): Promise<void> {
  const market = await connectToMarket(choice);
  const leaving = new AbortController();
  listenForLeave(() => leaving.abort(), false);
  try {
    await new BinaryWatch(market, choice.symbol, writeBytes).run(leaving.signal);
  } finally {
    await market.connection.close();
  }
}

async function watch(choice: WatchArguments, isScreen: boolean): Promise<void> {
  const market = await connectToMarket(choice);
  const model = new WatchModel(choice.symbol);
  const end = Promise.withResolvers<void>();
  const leaving = new AbortController();
  const stopListening = listenForLeave(end.resolve, isScreen);
  const view = isScreen
    ? screenView(model, {
      color: choice.color,
      fail: end.reject,
      marketMicros: () => Date.now() * MICROS_PER_MILLI,
      speed: null,
    })
    : lineView(choice.json);
  try {
    await Promise.race([end.promise, new WatchSession(market, model, view).run(leaving.signal)]);
  } finally {
    leaving.abort();
    view.close();
    stopListening();
    await market.connection.close();
  }
}

/** A part of the past, to its end or until there is an order to leave. */
async function replay(
  choice: WatchArguments,
  window: NonNullable<WatchArguments["replay"]>,
  isScreen: boolean,
): Promise<void> {
  const connection = await connectToLog(choice);
  const { symbol } = choice;
  const pace = new ReplayPace(window.speed ?? (isScreen ? 1 : SPEED_MAX));
  const say = (line: string) => console.error(line);
  const progress = new ReplayProgress(isScreen ? () => {} : say);
  const model = new WatchModel(symbol);
  const failed = Promise.withResolvers<never>();
  const leaving = new AbortController();
  const stopListening = listenForLeave(() => leaving.abort(), isScreen);
  const view = isScreen
    ? screenView(model, {
      color: choice.color,
      fail: failed.reject,
      marketMicros: () => pace.nowMicros,
      speed: pace.speed,
    })
    : lineView(choice.json);
  const request: ReplayRequest = {
    connection,
    symbol,
    window,
    pace,
    taker: choice.bin ? new BinaryTaker(writeBytes) : new ModelTaker(model, view),
    signal: leaving.signal,
    say: isScreen ? () => {} : say,
    reading: (events, share) => {
      progress.read(events, share);
      model.notice = `reading what was before, ${progress.percent}`;
    },
  };
  try {
    const replayed = await Promise.race([new MarketReplay(request).run(), failed.promise]);
    view.close();
    say(progress.summary(symbol, replayed));
  } finally {
    leaving.abort();
    view.close();
    stopListening();
    await connection.close();
  }
}

async function run(choice: WatchArguments): Promise<void> {
  const isTerminal = Deno.stdout.isTerminal();
  if (choice.bin && isTerminal) {
    throw new UsageError(
      "--bin writes bytes for a program; give it one: ... --bin | python3 book.py",
    );
  }
  const isScreen = isTerminal && !choice.json;
  if (choice.replay !== undefined) await replay(choice, choice.replay, isScreen);
  else if (choice.bin) await watchBinary(choice);
  else await watch(choice, isScreen);
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const choice = readWatchArguments(args);
    if (choice === "help") write(WATCH_HELP + "\n");
    else await run(choice);
    return 0;
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

// A read of the keyboard that is under way would keep the program alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
