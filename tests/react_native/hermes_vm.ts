/**
 * The Hermes engine as a process: it evaluates the lines that it is given, one after another and the
 * microtasks of each behind it, and prints.
 *
 * @module
 */
import assert from "node:assert/strict";

/** The only engine that npm has as a program. Its bytecode, version 89, is that of React Native 0.70. */
const VM = "linux64-bin/hermes";
/** The compiler of the React Native that the tests use. */
const COMPILER = "hermesc/linux64-bin/hermesc";
/** What the engine's prompt puts in front of a line. */
const PROMPT = /^(?:>> )+/;
/** What begins a line of native_modules.js. */
const CALL = "native ";
/** What the engine prints for a line without a value. */
const NO_VALUE = ["", "undefined"];

/** Why the engine cannot be run here; `null` where it can. */
export function whyNoHermes(): string | null {
  const { arch, os } = Deno.build;
  if (os === "linux" && arch === "x86_64") return null;
  return `npm has Hermes for x86_64 Linux, and this is ${arch} ${os}`;
}

/** The path of a program in a package of this folder's `deno.json`. */
function programOf(name: "hermes-engine-cli" | "hermes-compiler", file: string): string {
  return new URL(file, import.meta.resolve(`${name}/package.json`)).pathname;
}

/** Compiles a script to bytecode, as the build of an app does, and says what is wrong with it. */
export async function compile(script: string, output: string): Promise<string[]> {
  const { stderr } = await new Deno.Command(programOf("hermes-compiler", COMPILER), {
    args: ["-w", "-O", "-emit-binary", "-max-diagnostic-width=80", "-out", output, script],
  }).output();
  const lines = new TextDecoder().decode(stderr).split("\n");
  return lines.flatMap((line) => /: error: (.*)$/.exec(line)?.[1] ?? []);
}

/** A running engine. */
export class HermesVm {
  /** What it printed that was no call: errors that nobody caught, and results. */
  readonly printed: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #read: Promise<unknown>;
  #isEnded = false;

  /** @param called told each line of native_modules.js: module, method and arguments */
  constructor(called: (module: string, method: string, args: unknown[]) => void) {
    this.#child = new Deno.Command(programOf("hermes-engine-cli", VM), {
      // As React Native has them: promises go by the engine's own queue.
      args: ["-Xmicrotask-queue"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    const take = (line: string) => {
      const text = line.replace(PROMPT, "");
      if (!text.startsWith(CALL)) return void (NO_VALUE.includes(text) || this.printed.push(text));
      const [module, method, ...args] = JSON.parse(text.slice(CALL.length));
      try {
        called(module, method, args);
      } catch (error) {
        this.printed.push(String(error));
      }
    };
    const { stdout, stderr } = this.#child;
    this.#read = Promise.all([stdout, stderr].map((stream) => eachLine(stream, take)));
  }

  /** Evaluates a script. */
  run(script: string): void {
    // One line, whatever the script is.
    this.say("(0, eval)", `${script}\n;undefined`);
  }

  /** Calls a function there. */
  say(name: string, ...args: unknown[]): void {
    if (this.#isEnded) return;
    const line = `void ${name}(${args.map((one) => JSON.stringify(one)).join(", ")})\n`;
    // A write that fails has found the engine dead; its end is looked at when it is ended.
    this.#writer.write(new TextEncoder().encode(line)).catch(() => {});
  }

  /** Ends it. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#writer.close().catch(() => {});
    const { code, signal } = await this.#child.status;
    await this.#read;
    assert.equal(code, 0, `Hermes ended with ${signal ?? code}:\n${this.printed.join("\n")}`);
  }
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
