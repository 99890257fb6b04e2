/**
 * Which accounts trade what, as the supervisor hands it to the demo.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError } from "../../infra/config.ts";
import { VARIABLES } from "../../infra/variables.ts";

const key = v.object({ account: v.number(), key: v.string(), secret: v.string() });
const TradersSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ symbol: v.string(), maker: key, taker: key })),
);
/** The traders of each instrument. Holds secrets. */
export type Traders = v.InferOutput<typeof TradersSchema>;

/**
 * Reads the variable of the traders.
 *
 * @throws {ConfigError} when it is not of the form; does not show it
 */
export function parseTraders(text: string): Traders {
  const parsed = v.safeParse(TradersSchema, text);
  if (parsed.success) return parsed.output;
  const { name, allowed } = VARIABLES.demoTraders;
  throw new ConfigError(name, "(hidden)", `${allowed}, a list of {symbol, maker, taker}`);
}
