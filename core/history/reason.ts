/**
 * The public name of a result code, as the private reports show it.
 *
 * @module
 */
import { ResultCode } from "../protocol/result_code.ts";

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ResultCode).map(([name, code]) => [code, snakeCase(name)]),
);

/**
 * Name of a result code in snake_case (`self_trade`, `insufficient_funds`); of a code that this
 * version does not know, `code_` and its number.
 */
export function reasonOf(code: number): string {
  return NAMES.get(code) ?? `code_${code}`;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
