/**
 * Standard output of a program that others read from: it ends quietly when nobody does any more.
 *
 * @module
 */

/** Writes text. */
export function write(text: string): void {
  writeBytes(new TextEncoder().encode(text));
}

/** Writes bytes, all of them before it returns. */
export function writeBytes(bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
