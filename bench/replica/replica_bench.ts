/**
 * `bench:replica`: levels a second that a subscriber's copy of a book takes from the binary feed,
 * every checksum compared, beside the JSON feed with its copy, and a Map a side. What the copies come
 * to is compared with the market's book first.
 *
 * The best of several runs counts, of every side: the work is the same every time, and what makes a
 * run slower is the rest of the machine.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import {
  CHECKED,
  type Copy,
  type CopyWay,
  JSON_COPY,
  JSON_COPY_READ,
  levelsOfAnswer,
  MAP_COPY,
  UNCHECKED,
} from "./copies.ts";
import { type DepthRecording, recordDepth } from "./depth_recording.ts";

/** Commands of an append, and of one in the details, which is a message too. */
const COMMANDS = 8;
const COMMANDS_LEAST = 1;
/** Runs of each side, in turns; two more before them are for the compilers. */
const ROUNDS = 9;
const WARM_UP_ROUNDS = 2;
const WAYS: readonly CopyWay[] = [CHECKED, UNCHECKED, JSON_COPY, MAP_COPY];

/** Runs the bench. */
export function replicaBench(say: (line: string) => void): Promise<BenchResult> {
  const recording = recordDepth(COMMANDS);
  const { binary, binaryBytes, jsonBytes, levels } = recording;
  const perMessage = levels / binary.length;
  say(`${binary.length} messages of ${perMessage.toFixed(1)} levels`);
  const rates = new Map<CopyWay, number[]>(WAYS.map((way) => [way, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [way, figures] of rates) {
      const rate = measure(way, recording);
      if (round >= 0) figures.push(rate);
    }
  }
  for (const [{ name }, figures] of rates) {
    say(`${name}: ${figures.map((rate) => (rate / 1e6).toFixed(2)).join(" ")} M levels/s`);
  }
  const best = (way: CopyWay) => Math.round(Math.max(...(rates.get(way) ?? [])));
  const value = best(CHECKED);
  const bytes = (total: number) => Number((total / binary.length).toFixed(1));
  return Promise.resolve({
    name: CHECKED.name,
    value,
    unit: `levels/s applied with every checksum compared, best of ${ROUNDS} runs`,
    peers: [JSON_COPY, MAP_COPY].map((way) => ({ name: way.name, value: best(way) })),
    ratio: value / best(JSON_COPY),
    details: {
      [UNCHECKED.name]: best(UNCHECKED),
      "messages of one command, every checksum compared": bestOfSmall(),
      [JSON_COPY_READ.name]: Math.round(measure(JSON_COPY_READ, recording)),
      "nanoseconds a message, every checksum compared": Math.round(1e9 * perMessage / value),
      "levels a message": Number(perMessage.toFixed(2)),
      "bytes a message, binary": bytes(binaryBytes),
      "bytes a message, JSON": bytes(jsonBytes),
    },
  });
}

/** The best rate of the copy where every command is a message. */
function bestOfSmall(): number {
  const recording = recordDepth(COMMANDS_LEAST);
  const rates = Array.from({ length: ROUNDS }, () => measure(CHECKED, recording));
  return Math.round(Math.max(...rates));
}

/** Levels a second of one run, which must come to the market's book. */
function measure(way: CopyWay, recording: DepthRecording): number {
  const copy = way.open(recording);
  const startMillis = performance.now();
  copy.apply();
  const millis = performance.now() - startMillis;
  check(way, copy, recording);
  return recording.levels / millis * 1_000;
}

function check(way: CopyWay, copy: Copy, recording: DepthRecording): void {
  const expected = JSON.stringify(levelsOfAnswer(recording.after, recording));
  const { bids, asks } = copy.levels();
  if (JSON.stringify({ bids, asks }) === expected) return;
  throw new Error(`${way.name}: the copy is not the market's book`);
}
