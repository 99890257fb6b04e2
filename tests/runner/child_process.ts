/**
 * Runs a program to its end, within a time limit, and keeps what it prints.
 *
 * @module
 */

/** How a child ran. */
export interface ChildResult {
  /** 0 for success; 124 when it was killed at its time limit. */
  readonly code: number;
  /** What it printed, on both streams, without what lay beyond {@link OUTPUT_CHARACTERS_MAX}. */
  readonly output: string;
  /** The part of it that went to standard output. */
  readonly stdout: string;
}

/** How to run a child. */
export interface ChildOptions {
  /** After so many milliseconds the child is killed. */
  readonly millisMax: number;
  /** Where it runs; at the root of the project when not given. */
  readonly cwd?: string | URL;
  /** Variables to set beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Receives the output as it comes; nothing is shown without it. */
  readonly show?: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/** How much of a child's output is kept: the last so many characters. */
export const OUTPUT_CHARACTERS_MAX = 4_000_000;
/** How long output is read after the child's end, when a process that it left holds the pipe. */
const DRAIN_MILLIS_MAX = 2_000;
/** The exit code of a child that was killed at its time limit, as of timeout(1). */
const TIMED_OUT_CODE = 124;

/** Text of which only the end is kept. */
class Tail {
  #text = "";

  append(text: string): void {
    this.#text += text;
    if (this.#text.length > 2 * OUTPUT_CHARACTERS_MAX) this.#text = this.text();
  }

  text(): string {
    return this.#text.slice(-OUTPUT_CHARACTERS_MAX);
  }
}

/** Reads a stream to its end, or until `stop` is called. */
function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (bytes: Uint8Array<ArrayBuffer>) => void,
): { done: Promise<void>; stop: () => void } {
  const reader = stream.getReader();
  const read = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value);
    }
  };
  return { done: read(), stop: () => void reader.cancel().catch(() => {}) };
}

/** Runs this very Deno, never a shim, whose death would orphan it. */
export function runDeno(args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  return runChild(Deno.execPath(), args, options);
}

/** Runs a program without standard input. It gets SIGKILL at its limit, or when we get SIGTERM. */
export async function runChild(
  program: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd: options.cwd ?? new URL("../../", import.meta.url),
    env: { ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const [both, stdout] = [new Tail(), new Tail()];
  const keep = (stream: ReadableStream<Uint8Array<ArrayBuffer>>, own?: Tail) => {
    const decoder = new TextDecoder();
    return collect(stream, (bytes) => {
      const text = decoder.decode(bytes, { stream: true });
      own?.append(text);
      both.append(text);
      options.show?.(bytes);
    });
  };
  const streams = [keep(child.stdout, stdout), keep(child.stderr)];

  let timedOut = false;
  const stop = (): void => child.kill("SIGKILL");
  const limit = setTimeout(() => {
    timedOut = true;
    stop();
  }, options.millisMax);
  Deno.addSignalListener("SIGTERM", stop);
  const { code } = await child.status;
  Deno.removeSignalListener("SIGTERM", stop);
  clearTimeout(limit);

  const drain = setTimeout(() => streams.forEach((one) => one.stop()), DRAIN_MILLIS_MAX);
  await Promise.all(streams.map((one) => one.done));
  clearTimeout(drain);
  if (timedOut) both.append(`\nkilled after ${options.millisMax} ms, its time limit\n`);
  return {
    code: timedOut ? TIMED_OUT_CODE : code,
    output: both.text(),
    stdout: stdout.text(),
  };
}
