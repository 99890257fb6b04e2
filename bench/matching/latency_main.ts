/**
 * The process of `latencyDetails`: `latency_main.ts SHAPE SECONDS`, with `--expose-gc` and
 * `--trace-gc`. The trace goes to the standard output, so the rest goes to the standard error.
 *
 * @module
 */
import { offeredLoad } from "./offered_load.ts";

const [shape, seconds] = Deno.args;
// One collection at a known time, for the trace counts from another moment.
(globalThis as unknown as { readonly gc: () => void }).gc();
const collectedMillis = performance.now();
console.error(
  JSON.stringify({ collectedMillis, ...offeredLoad(JSON.parse(shape), Number(seconds)) }),
);
