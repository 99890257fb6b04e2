/**
 * Latency at a fixed rate, measured in a process of its own whose collector keeps a trace: what it
 * collected while commands were offered is told with the figures.
 *
 * @module
 */
import { MATCHING_V8_FLAGS } from "../../workers/supervisor/process_specs.ts";
import type { FlowShape } from "./flow.ts";
import { collectionsWithin } from "./gc_trace.ts";
import type { Offered } from "./offered_load.ts";

const ENTRY = new URL("./latency_main.ts", import.meta.url).pathname;

/** Measures for `seconds`; the figures by name. */
export async function latencyDetails(
  shape: FlowShape,
  seconds: number,
  say: (line: string) => void,
): Promise<Record<string, string>> {
  const flags = [...MATCHING_V8_FLAGS, "--expose-gc", "--trace-gc"].join(",");
  const args = ["run", "--quiet", "--allow-all", `--v8-flags=${flags}`, ENTRY];
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args, JSON.stringify(shape), `${seconds}`],
  });
  say(`latency: offering commands for ${seconds} s in a process of its own, and idling as long`);
  const { success, stderr, stdout } = await command.output();
  const decoder = new TextDecoder();
  const told = decoder.decode(stderr);
  if (!success) throw new Error(`the latency process failed: ${told}`);
  const { collectedMillis, figures, spans }: Told = JSON.parse(told);
  const { count, millis } = collectionsWithin(decoder.decode(stdout), spans, collectedMillis);
  const details: Record<string, string> = {
    ...figures,
    "collections while commands were offered (--trace-gc)": `${count} in ${spans.length} offers, ${
      millis.toFixed(1)
    } ms`,
  };
  for (const [name, line] of Object.entries(details)) say(`${name}: ${line}`);
  return details;
}

/** What the process says. */
interface Told extends Offered {
  readonly collectedMillis: number;
}
