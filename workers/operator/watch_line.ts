/**
 * One line of a screen: pieces of text with a style each, cut to the width of the screen. Every
 * character that is used here takes one column.
 *
 * @module
 */

/** A piece's look: parameters of the terminal's "select graphic rendition", such as `1;38;5;255`. */
export type Style = string;

const RESET = "\x1b[0m";

/** A line under construction. */
export class WatchLine {
  #text = "";
  #width = 0;

  /** @param columns width that the line never exceeds */
  constructor(readonly columns: number, readonly color: boolean) {}

  /** Columns used so far. */
  get width(): number {
    return this.#width;
  }

  /** Appends text, as much as fits. */
  add(text: string, style: Style = ""): this {
    const cut = text.slice(0, Math.max(0, this.columns - this.#width));
    if (cut === "") return this;
    this.#width += cut.length;
    this.#text += style === "" || !this.color ? cut : `\x1b[${style}m${cut}${RESET}`;
    return this;
  }

  /** Appends text in a field of a width, to the right end of it unless told otherwise. */
  field(text: string, width: number, style: Style = "", toLeft = false): this {
    const fitted = text.length > width ? text.slice(0, width) : text;
    return this.add(toLeft ? fitted.padEnd(width) : fitted.padStart(width), style);
  }

  /** Fills up with blanks to a column. */
  upTo(column: number): this {
    return this.add(" ".repeat(Math.max(0, column - this.#width)));
  }

  /** The line with its control sequences. */
  toString(): string {
    return this.#text;
  }
}

/** Blocks of one to seven eighths of a column. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * A bar of `columns` that is bright up to `bright` and dim from there up to `dim`, both from 0 to 1.
 * Drawn in eighths of a column.
 */
export function addBar(
  line: WatchLine,
  columns: number,
  bright: number,
  dim: number,
  brightColor: number,
  dimColor: number,
): void {
  const inEighths = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * columns * 8);
  const brightEighths = inEighths(bright);
  const dimEighths = Math.max(brightEighths, inEighths(dim));
  const full = brightEighths >> 3;
  const end = line.width + columns;
  line.add("█".repeat(full), `38;5;${brightColor}`);
  let at = full;
  const part = EIGHTHS[brightEighths & 7] ?? "";
  if (part !== "") {
    const isOnDim = dimEighths >= (full + 1) * 8;
    line.add(part, `38;5;${brightColor}${isOnDim ? `;48;5;${dimColor}` : ""}`);
    at++;
  }
  const dimFull = (dimEighths >> 3) - at;
  if (dimFull > 0) {
    line.add("█".repeat(dimFull), `38;5;${dimColor}`);
    at += dimFull;
  }
  if (dimEighths >> 3 >= at) line.add(EIGHTHS[dimEighths & 7] ?? "", `38;5;${dimColor}`);
  line.upTo(end);
}
