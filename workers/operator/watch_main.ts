/**
 * `deno task watch`: the book and the tape of one market, live, as any subscriber could have them.
 *
 * Needs no more than `--allow-net`, `--allow-read` and the two variables that npm `ws` asks for.
 * Exit codes: 0 left, 1 no market or no such instrument, 2 the command line is not understood.
 *
 * @module
 */
import { UsageError } from "./command_line.ts";
import { readWatchArguments, WATCH_HELP, type WatchArguments } from "./watch_arguments.ts";
import { BinaryWatch } from "./watch_binary.ts";
import { connectToMarket } from "./watch_connection.ts";
import { jsonLine, linesOf, snapshotLine } from "./watch_lines.ts";
import { WatchModel } from "./watch_model.ts";
import { drawScreen, type ScreenSize } from "./watch_screen.ts";
import { type WatchListener, WatchSession } from "./watch_session.ts";
import { WatchTerminal } from "./watch_terminal.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** Time between two pictures: 20 a second. */
const PICTURE_MILLIS = 50;
const SECOND_MILLIS = 1_000;
/** How long the first picture waits for the first snapshot. */
const FIRST_PICTURE_MILLIS_MAX = 1_000;

/** How what happens is shown, until it is closed. */
interface View extends WatchListener {
  close(): void;
}

/** Writes to standard output; ends the program quietly when nobody reads it any more. */
function write(text: string): void {
  writeBytes(new TextEncoder().encode(text));
}

function writeBytes(bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

/** Lines as things happen. */
function lineView(json: boolean): View {
  return {
    message: (feed, message) => {
      const lines = json ? [jsonLine(feed, message)] : linesOf(feed, message);
      if (lines.length > 0) write(lines.join("\n") + "\n");
    },
    snapshot: (answer) => {
      write((json ? jsonLine("snapshot", answer) : snapshotLine(answer)) + "\n");
    },
    changed: () => {},
    close: () => {},
  };
}

/** A screen that is drawn anew some times a second, from the first snapshot on. */
function screenView(model: WatchModel, color: boolean, fail: (error: unknown) => void): View {
  const terminal = new WatchTerminal(write);
  const startedAt = performance.now();
  const rate = { since: startedAt, count: 0, perSecond: 0 };
  const draw = () => {
    const now = performance.now();
    if (now - rate.since >= SECOND_MILLIS) {
      const counted = model.messageCount - rate.count;
      rate.perSecond = Math.round(counted * SECOND_MILLIS / (now - rate.since));
      rate.count = model.messageCount;
      rate.since = now;
    }
    // Where there is no such market, the screen is not taken for the moment that it takes to say so.
    if (!model.replica.isLive && now - startedAt < FIRST_PICTURE_MILLIS_MAX) return;
    terminal.open();
    const size = terminalSize();
    const moment = { nowMillis: Date.now(), messagesPerSecond: rate.perSecond };
    terminal.show(drawScreen(model, size, color, moment), size);
  };
  const timer = setInterval(() => {
    try {
      draw();
    } catch (error) {
      fail(error);
    }
  }, PICTURE_MILLIS);
  const nothing = () => {};
  return {
    message: nothing,
    snapshot: nothing,
    changed: nothing,
    close: () => {
      clearInterval(timer);
      terminal.close();
    },
  };
}

/** Size of the terminal; of one that does not know it, that of the classic ones. */
function terminalSize(): ScreenSize {
  const { columns, rows } = Deno.consoleSize();
  return columns > 0 && rows > 0 ? { columns, rows } : { columns: 80, rows: 24 };
}

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
  if (Deno.stdout.isTerminal()) {
    throw new UsageError(
      "--bin writes bytes for a program; give it one: ... --bin | python3 book.py",
    );
  }
  const market = await connectToMarket(choice);
  const leaving = new AbortController();
  listenForLeave(() => leaving.abort(), false);
  try {
    await new BinaryWatch(market, choice.symbol, writeBytes).run(leaving.signal);
  } finally {
    await market.connection.close();
  }
}

async function watch(choice: WatchArguments): Promise<void> {
  const market = await connectToMarket(choice);
  const model = new WatchModel(choice.symbol);
  const isScreen = !choice.json && Deno.stdout.isTerminal();
  const end = Promise.withResolvers<void>();
  const leaving = new AbortController();
  const stopListening = listenForLeave(end.resolve, isScreen);
  const view = isScreen ? screenView(model, choice.color, end.reject) : lineView(choice.json);
  try {
    await Promise.race([end.promise, new WatchSession(market, model, view).run(leaving.signal)]);
  } finally {
    leaving.abort();
    view.close();
    stopListening();
    await market.connection.close();
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const choice = readWatchArguments(args);
    if (choice === "help") write(WATCH_HELP + "\n");
    else if (choice.bin) await watchBinary(choice);
    else await watch(choice);
    return 0;
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

// A read of the keyboard that is under way would keep the program alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
