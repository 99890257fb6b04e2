/**
 * The programs that stand in pages of the documentation, run by Python as their readers would.
 *
 * @module
 */
import assert from "node:assert/strict";

/**
 * Runs the one program in Python that the page has.
 *
 * @returns what it prints; `null` where there is no Python
 */
export async function pythonProgramOf(
  page: URL,
  args: readonly string[],
): Promise<string | null> {
  const text = await Deno.readTextFile(page);
  const programs = Array.from(text.matchAll(/^```python\n(.*?)^```$/gms), ([, body]) => body ?? "");
  assert.equal(programs.length, 1, "the page has one program");
  return await runPython(programs[0] ?? "", {}, args);
}

/** Runs a program, and returns what it prints; `null` where there is no Python. */
export async function runPython(
  program: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<string | null> {
  const command = new Deno.Command("python3", { args: ["-c", program, ...args], env });
  let ended;
  try {
    ended = await command.output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const decoder = new TextDecoder();
  assert.equal(ended.code, 0, decoder.decode(ended.stderr));
  return decoder.decode(ended.stdout);
}
