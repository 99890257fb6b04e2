/**
 * A terminal as a picture that is drawn again and again in its place: on the terminal's second
 * screen, without the cursor, and only the lines that changed, so that nothing flickers.
 *
 * @module
 */
import type { ScreenSize } from "./watch_screen.ts";

const OPEN = "\x1b[?1049h\x1b[?25l\x1b[2J";
const CLOSE = "\x1b[0m\x1b[?25h\x1b[?1049l";
/** Terminals that know it show what lies between the two at once; others ignore it. */
const BEGIN_UPDATE = "\x1b[?2026h";
const END_UPDATE = "\x1b[?2026l";
const CLEAR = "\x1b[2J";
const CLEAR_REST = "\x1b[K";
const moveTo = (row: number): string => `\x1b[${row + 1};1H`;

/** Draws pictures of lines. */
export class WatchTerminal {
  readonly #write: (text: string) => void;
  #shown: string[] = [];
  #size: ScreenSize = { columns: 0, rows: 0 };
  #isOpen = false;

  /** @param write takes text for the terminal, control sequences and all */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Takes the second screen and hides the cursor, unless that is done. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#write(OPEN);
  }

  /** Shows a picture that was drawn for the given size. */
  show(lines: readonly string[], size: ScreenSize): void {
    if (!this.#isOpen) return;
    let text = "";
    if (size.columns !== this.#size.columns || size.rows !== this.#size.rows) {
      this.#size = size;
      this.#shown = [];
      text += CLEAR;
    }
    const rows = Math.max(lines.length, this.#shown.length);
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? "";
      if (this.#shown[row] !== line) text += moveTo(row) + line + CLEAR_REST;
    }
    this.#shown = [...lines];
    if (text !== "") this.#write(BEGIN_UPDATE + text + END_UPDATE);
  }

  /** Gives the first screen and the cursor back. A second call does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#write(CLOSE);
  }
}
