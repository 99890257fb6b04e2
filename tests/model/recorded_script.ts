/**
 * A random script as the frames that it puts into the log, for tests that apply the same frames more
 * than once.
 *
 * @module
 */

import type { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { encodeFrame } from "../support/frames.ts";
import { ReferenceExchange } from "./reference_exchange.ts";
import type { AppendDraft } from "./script.ts";
import { modelMarket, type ScriptFrame, ScriptWriter } from "./script_writer.ts";

const START_MICROS = 1_700_000_000_000_000;

/** One append: its stamp and its frames. */
export interface RecordedAppend {
  readonly stampMicros: number;
  readonly frames: readonly WireBuffer[];
}

/** The appends of a script, those that open the model's market first. */
export function recordScript(script: readonly AppendDraft[]): RecordedAppend[] {
  const exchange = new ReferenceExchange();
  const writer = new ScriptWriter(exchange);
  const appends: RecordedAppend[] = [];
  let stampMicros = START_MICROS;
  const record = (frames: Iterable<ScriptFrame | undefined>): void => {
    exchange.beginAppend(stampMicros);
    const wires: WireBuffer[] = [];
    for (const frame of frames) {
      if (frame === undefined) continue;
      wires.push(encodeFrame(frame.commands, frame));
      for (const [index, command] of frame.commands.entries()) {
        exchange.apply(command, frame.sender, frame.frameNumber, index);
      }
    }
    appends.push({ stampMicros, frames: wires });
  };
  record(modelMarket().commands.map((command) => writer.frame([command], 1)));
  for (const { gapMicros, frames } of script) {
    stampMicros += gapMicros;
    const drafts = frames.values();
    record(drafts.map((frame) => writer.write(frame, stampMicros)));
  }
  return appends;
}
