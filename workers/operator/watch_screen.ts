/**
 * Draws what a watcher knows as the lines of a terminal's screen.
 *
 * @module
 */
import type { TradeEntry } from "../../core/market_data/feed_messages.ts";
import { type Ladder, ladderOf, type LadderRow, withThousands } from "./watch_ladder.ts";
import { addBar, type Style, WatchLine } from "./watch_line.ts";
import type { BookSide, WatchModel } from "./watch_model.ts";
import { SPARK_BARS_LEAST, SPARK_BARS_MAX, sparkSpan } from "./watch_spark.ts";

/** Size of a terminal. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** What changes from one picture to the next, beside the model. */
export interface ScreenMoment {
  readonly nowMillis: number;
  readonly messagesPerSecond: number;
  /** The market's time: now, or that of a replay. */
  readonly marketMicros: number;
  /** How many times as fast as it was a replay goes; `null`: it is live. */
  readonly speed: number | null;
}

/** Columns from which on the tape stands beside the book. */
const TAPE_COLUMNS_LEAST = 76;
/** Columns from which on a book's row has its bar. */
const BAR_COLUMNS_LEAST = 6;
/** Lines that are neither book nor tape: two at the top, one at the bottom. */
const FRAME_ROWS = 3;
/** Rows from which on there is one for the line of prices. */
const SPARK_ROWS_LEAST = 12;
/** Columns beyond which a bar tells nothing more. */
const BAR_COLUMNS_MAX = 64;
const NUMBER_COLUMNS_LEAST = 9;
const GAP = 2;

const STRONG: Style = "1;38;5;255";
const PLAIN: Style = "38;5;252";
const SOFT: Style = "38;5;245";
const FAINT: Style = "38;5;240";
const REPLAY: Style = "1;38;5;111";
const WARNING: Style = "1;38;5;214";
const FLASH: Style = "1;38;5;231";
const COLORS = {
  bids: { bright: 78, soft: 71, dim: 22 },
  asks: { bright: 203, soft: 131, dim: 52 },
} as const;
const colorOf = (side: BookSide): Style => `38;5;${COLORS[side].bright}`;
const sideOf = (direction: number): BookSide => direction < 0 ? "asks" : "bids";

/** Where the columns of a screen stand. */
interface Columns {
  readonly price: number;
  readonly quantity: number;
  readonly total: number;
  readonly bar: number;
  /** Width of a traded quantity. */
  readonly traded: number;
  /** Column at which the tape begins; the width where there is none. */
  readonly tape: number;
}

/** The picture as one line for each row of the terminal. O(rows × columns). */
export function drawScreen(
  model: WatchModel,
  size: ScreenSize,
  color: boolean,
  moment: ScreenMoment,
): string[] {
  // A terminal that has written its last column may drop it when the rest of the line is cleared.
  const width = Math.max(1, size.columns - 1);
  const newLine = () => new WatchLine(width, color);
  const hasSpark = size.rows >= SPARK_ROWS_LEAST;
  const bookRows = Math.max(0, size.rows - FRAME_ROWS - (hasSpark ? 1 : 0));
  const askCount = Math.ceil((bookRows - 1) / 2);
  const bidCount = Math.max(0, bookRows - 1 - askCount);
  const ladder = ladderOf(model.replica.bids, model.replica.asks, Math.max(askCount, 1));
  const columns = columnsOf(ladder, model.tape, width);
  const lines = [drawHeader(newLine(), model, moment.speed)];
  if (hasSpark) lines.push(drawSpark(newLine(), columns, model, moment.marketMicros));
  lines.push(drawHeadings(newLine(), columns));
  for (let row = 0; row < bookRows; row++) {
    const line = newLine();
    if (row < askCount) drawLevel(line, columns, "asks", ladder.asks[askCount - 1 - row]);
    else if (row === askCount) drawSpread(line, columns, ladder, model);
    else if (row - askCount - 1 < bidCount) {
      drawLevel(line, columns, "bids", ladder.bids[row - askCount - 1]);
    }
    drawTrade(line, columns, model.tape[row]);
    lines.push(line);
  }
  lines.push(drawFooter(newLine(), model, moment));
  return lines.slice(0, size.rows).map(String);

  function drawLevel(line: WatchLine, at: Columns, side: BookSide, row?: LadderRow): void {
    if (row === undefined) return;
    const isNew = model.isFlashing(side, row.price, moment.nowMillis);
    line.field(withThousands(row.price), at.price, colorOf(side));
    line.field(withThousands(row.quantity), at.quantity, isNew ? FLASH : PLAIN);
    line.field(withThousands(row.total), at.total, FAINT);
    if (at.bar < BAR_COLUMNS_LEAST) return;
    const { bright, dim } = COLORS[side];
    line.add("  ");
    addBar(line, at.bar - GAP, row.quantityShare, row.totalShare, bright, dim);
  }
}

/** Fields as wide as their contents need; what is left is for the bars. */
function columnsOf(ladder: Ladder, tape: readonly TradeEntry[], width: number): Columns {
  const rows = [...ladder.bids, ...ladder.asks];
  const widest = (texts: string[]) =>
    Math.max(NUMBER_COLUMNS_LEAST, ...texts.map((text) => withThousands(text).length)) + GAP;
  const price = widest([...rows.map((row) => row.price), ...tape.map((trade) => trade.price)]);
  const quantity = widest(rows.map((row) => row.quantity));
  const total = widest(rows.map((row) => row.total));
  const traded = widest(tape.map((trade) => trade.quantity));
  const tapeWidth = "  HH:MM:SS.mmm".length + price + traded;
  const hasTape = width >= TAPE_COLUMNS_LEAST && width >= price + quantity + total + tapeWidth;
  const numbers = price + quantity + total;
  const bar = Math.max(0, Math.min(BAR_COLUMNS_MAX, width - numbers - (hasTape ? tapeWidth : 0)));
  return { price, quantity, total, bar, traded, tape: hasTape ? numbers + bar : width };
}

function drawHeader(line: WatchLine, model: WatchModel, speed: number | null): WatchLine {
  line.add(` ${model.symbol} `, "1;7").add(" ");
  if (!model.isConnected) line.add("● reconnecting ", WARNING);
  else if (!model.replica.isLive) line.add(`● ${model.notice ?? "waiting for the book"} `, WARNING);
  else if (model.status === "halted") line.add("● halted ", WARNING);
  else if (speed !== null) line.add(`● replay ${speedText(speed)} `, REPLAY);
  else line.add("● trading ", colorOf("bids"));
  const { lastPrice, ticker } = model;
  if (lastPrice === null) return line.add("  no trades yet", SOFT);
  const arrow = model.direction === 0 ? "" : model.direction > 0 ? " ▲" : " ▼";
  line.add(`  ${withThousands(lastPrice)}${arrow}`, `1;${colorOf(sideOf(model.direction))}`);
  if (ticker === null || ticker.open24h === null) return line;
  const change = (Number(lastPrice) / Number(ticker.open24h) - 1) * 100;
  const sign = change < 0 ? "" : "+";
  line.add(`  ${sign}${change.toFixed(2)} %`, colorOf(sideOf(change)));
  const facts = [
    ["24h high", ticker.high24h],
    ["low", ticker.low24h],
    ["volume", ticker.volume24h],
    ["trades", String(ticker.trades24h)],
  ];
  for (const [name, value] of facts) {
    line.add(`  ${name} `, FAINT).add(withThousands(value ?? "-"), SOFT);
  }
  return line;
}

/** The line of prices: as wide as it may be with its lowest and highest price behind it. */
function drawSpark(
  line: WatchLine,
  columns: Columns,
  { spark }: WatchModel,
  marketMicros: number,
): WatchLine {
  const room = line.columns - columns.price - GAP;
  const whole = spark.draw(marketMicros, SPARK_BARS_MAX);
  if (whole === null || room < SPARK_BARS_LEAST) return line;
  const range = ["  low ", withThousands(whole.low), "  high ", withThousands(whole.high)];
  const rest = room - range.join("").length;
  const hasRange = rest >= SPARK_BARS_LEAST;
  const count = Math.min(SPARK_BARS_MAX, hasRange ? rest : room);
  const drawn = count === SPARK_BARS_MAX ? whole : spark.draw(marketMicros, count) ?? whole;
  const { bright, soft } = COLORS[sideOf(drawn.direction)];
  line.field(sparkSpan(count), columns.price, FAINT).add("  ");
  line.add(drawn.text.slice(0, -1), `38;5;${soft}`).add(drawn.text.slice(-1), `38;5;${bright}`);
  if (!hasRange) return line;
  line.add("  low ", FAINT).add(withThousands(drawn.low), SOFT);
  return line.add("  high ", FAINT).add(withThousands(drawn.high), SOFT);
}

function drawHeadings(line: WatchLine, columns: Columns): WatchLine {
  line.field("price", columns.price, FAINT);
  line.field("quantity", columns.quantity, FAINT);
  line.field("total", columns.total, FAINT);
  if (columns.tape < line.columns) {
    line.upTo(columns.tape).add("  time        ", FAINT).field("price", columns.price, FAINT);
    line.field("quantity", columns.traded, FAINT);
  }
  return line;
}

function drawSpread(line: WatchLine, columns: Columns, ladder: Ladder, model: WatchModel): void {
  const { spread } = ladder;
  if (spread === null) {
    const isEmpty = ladder.bids.length + ladder.asks.length === 0;
    line.add("  ");
    line.add(isEmpty && model.replica.isLive ? "the book is empty" : "no spread", SOFT);
    return;
  }
  line.field(withThousands(spread.amount), columns.price, SOFT);
  line.add(`  spread, ${spread.basisPoints.toFixed(2)} bp `, FAINT);
  line.add("─".repeat(Math.max(0, columns.tape - line.width)), FAINT);
}

function drawTrade(line: WatchLine, columns: Columns, trade: TradeEntry | undefined): void {
  if (trade === undefined || columns.tape >= line.columns) return;
  const style = colorOf(trade.takerSide === "buy" ? "bids" : "asks");
  line.upTo(columns.tape).add(`  ${clockTime(trade.timeMicros)}`, FAINT);
  line.field(withThousands(trade.price), columns.price, style);
  line.field(withThousands(trade.quantity), columns.traded, PLAIN);
}

function drawFooter(line: WatchLine, model: WatchModel, moment: ScreenMoment): WatchLine {
  const { gapCount, sequence } = model.replica;
  const facts = [
    ...(moment.speed === null ? [] : [`${utcTime(moment.marketMicros)} UTC`]),
    `sequence ${withThousands(String(sequence))}`,
    `${withThousands(String(moment.messagesPerSecond))} messages/s`,
    `${gapCount} ${gapCount === 1 ? "gap" : "gaps"} repaired`,
  ];
  return line.add(` ${facts.join(" · ")} · `, FAINT).add("q", STRONG).add(" leaves", FAINT);
}

const speedText = (speed: number): string => Number.isFinite(speed) ? `× ${speed}` : "max";

/** Day and time, to the second. */
const utcTime = (micros: number): string =>
  new Date(micros / 1_000).toISOString().slice(0, 19).replace("T", " ");

/** Time of day here, to the millisecond. */
export function clockTime(timeMicros: number): string {
  const time = new Date(timeMicros / 1_000);
  const two = (value: number) => String(value).padStart(2, "0");
  const millis = String(time.getMilliseconds()).padStart(3, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${millis}`;
}
