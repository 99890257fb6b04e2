/**
 * How a watcher shows what happens: as lines, or as a screen.
 *
 * @module
 */
import { jsonLine, linesOf, snapshotLine } from "./watch_lines.ts";
import type { WatchModel } from "./watch_model.ts";
import { write } from "./watch_output.ts";
import { drawScreen, type ScreenSize } from "./watch_screen.ts";
import type { WatchListener } from "./watch_session.ts";
import { WatchTerminal } from "./watch_terminal.ts";

/** Time between two pictures: 20 a second. */
const PICTURE_MILLIS = 50;
const SECOND_MILLIS = 1_000;
/** How long the first picture waits for the first snapshot. */
const FIRST_PICTURE_MILLIS_MAX = 1_000;

/** How what happens is shown, until it is closed. */
export interface WatchView extends WatchListener {
  close(): void;
}

/** What a screen shows beside the model. */
export interface ScreenOptions {
  readonly color: boolean;
  /** Told when a picture could not be drawn. */
  readonly fail: (error: unknown) => void;
  /** The market's time in microseconds. */
  readonly marketMicros: () => number;
  /** How many times as fast as it was a replay goes; `null`: it is live. */
  readonly speed: number | null;
}

/** Lines as things happen. */
export function lineView(json: boolean): WatchView {
  return {
    hasSpark: false,
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
export function screenView(model: WatchModel, options: ScreenOptions): WatchView {
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
    const moment = {
      nowMillis: Date.now(),
      messagesPerSecond: rate.perSecond,
      marketMicros: options.marketMicros(),
      speed: options.speed,
    };
    terminal.show(drawScreen(model, size, options.color, moment), size);
  };
  const timer = setInterval(() => {
    try {
      draw();
    } catch (error) {
      options.fail(error);
    }
  }, PICTURE_MILLIS);
  const nothing = () => {};
  return {
    hasSpark: true,
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
