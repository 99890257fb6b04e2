/**
 * What a newcomer does who has a shell and the address of the repository: clones it, starts the market
 * with the README's own command and nothing in any cache, opens the reference, and copies its blocks
 * from the first order to the client.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { shellBlock } from "../integration/readme_block.ts";
import { PageReader } from "../support/page_reader.ts";
import { runPython } from "../support/python_program.ts";
import type { StepTime } from "./step_times.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MILLIS_PER_SECOND = 1_000;
/** The whole of it is to take less. */
export const FIRST_HOUR_MILLIS_MAX = 600_000;
/** How long a stopping market may take. */
const STOP_MILLIS_MAX = 10_000;
const POLL_MILLIS = 20;

/** The command of a task as the README has it, for a machine with Node or with Deno alone. */
export async function readmeCommand(task: string): Promise<string> {
  const line = (await shellBlock("deno task start")).split("\n").find((one) =>
    one.includes(`task ${task}`)
  );
  assert.ok(line !== undefined, `the README starts with ${task}`);
  const [command = ""] = line.split(" #");
  const hasNode = await new Deno.Command("npx", { args: ["--version"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);
  return hasNode ? command.trim() : command.trim().replace("npx -y ", "");
}

/** One newcomer, in a directory of his own. */
export class Newcomer implements AsyncDisposable {
  readonly steps: StepTime[] = [];
  readonly #clone: string;
  readonly #env: Readonly<Record<string, string>>;
  #market: Deno.ChildProcess | null = null;

  /**
   * @param directory an empty one, with caches that nobody has filled
   * @param say is told each step as it is done
   */
  constructor(directory: string, readonly say: (step: StepTime) => void) {
    this.#clone = `${directory}/edgebook`;
    this.#env = {
      DENO_DIR: `${directory}/deno`,
      npm_config_cache: `${directory}/npm`,
      NO_COLOR: "1",
    };
  }

  /** All of it. Rejects at the first step that does not go as the pages say. */
  async begin(source: string = ROOT): Promise<void> {
    await this.#step("clone", () => this.#run("git", ["clone", "-q", source, this.#clone]));
    const command = await readmeCommand("start");
    const gateway = await this.#step(`${command}, until ready`, () => this.#start(command));
    const reader = await this.#step("open /reference", async () => {
      const page = await (await fetch(`${gateway}/reference`)).text();
      return new PageReader(gateway, page, new Map(), this.#clone);
    });
    await this.#step("place, read, amend, cancel", async () => {
      const told = await reader.follow(reader.block("hello-1"));
      assert.deepEqual(told.map(({ status }) => status), [201, 200, 200, 200]);
    });
    const stream = new ReportStream(reader);
    try {
      await this.#step("open a stream of reports", () => stream.until("event: joined"));
      await this.#step("a trade, and its fill", async () => {
        const [, bought] = await reader.follow(reader.block("hello-2"));
        assert.equal(JSON.parse(bought?.text ?? "{}").status, "filled");
      });
      await this.#step("the trade in the stream", () => stream.until('"kind":"trade"'));
    } finally {
      await stream.end();
    }
    await this.#python(reader);
    const client = command.replace("task start", "task client");
    await this.#step(client, async () => {
      await this.#run("sh", ["-c", client]);
      await Deno.stat(`${this.#clone}/client/edgebook.js`);
    });
  }

  /** Stops the market, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const market = this.#market;
    if (market === null) return;
    let isOver = false;
    const ended = market.status.then(() => isOver = true);
    const path = `${this.#clone}/data/run/supervisor.pid`;
    // What npx has started does not hear what npx is told.
    const pid = Number(await Deno.readTextFile(path).catch(() => market.pid));
    Deno.kill(pid, "SIGTERM");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, STOP_MILLIS_MAX))]);
    if (!isOver) market.kill("SIGKILL");
    await ended;
  }

  async #step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const done = await work();
    const step = { name, seconds: (performance.now() - began) / MILLIS_PER_SECOND };
    this.steps.push(step);
    this.say(step);
    return done;
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const cwd = await Deno.stat(this.#clone).then(() => this.#clone, () => ROOT);
    const { code, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd,
      env: this.#env,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }

  /** Starts the market at ports that are free, and waits for the line that says where it is. */
  async #start(command: string): Promise<string> {
    const child = new Deno.Command("sh", {
      args: ["-c", `exec ${command} --json --port 0`],
      cwd: this.#clone,
      env: this.#env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#market = child;
    const errors = new Response(child.stderr).text();
    let text = "";
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout.values({ preventCancel: true })) {
      text += decoder.decode(bytes, { stream: true });
      const line = text.split("\n").slice(0, -1).find((one) => one.startsWith("{"));
      if (line !== undefined) return JSON.parse(line).gateway;
    }
    throw new Error(`${command} ended before it was ready:\n${await errors}`);
  }

  async #python(reader: PageReader): Promise<void> {
    if (await runPython("") === null) return;
    const [keys] = reader.preamble;
    const script = `${keys}\npython3 - <<'END'\n${reader.block("import hashlib")}\nEND`;
    await this.#step("sign in Python", async () => {
      const { stderr, stdout } = await new Deno.Command("sh", {
        args: ["-e", "-c", script],
        cwd: this.#clone,
      }).output();
      const decoder = new TextDecoder();
      assert.equal(decoder.decode(stdout), "new canceled\n", decoder.decode(stderr));
    });
  }
}

/** The page's stream of reports, in a terminal of its own. */
class ReportStream {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #seen = "";
  #isOver = false;

  constructor(reader: PageReader) {
    const script = [...reader.preamble, reader.block("reports,trades:BTC-USD")].join("\n");
    // As a terminal ends it: the shell and what it runs.
    const ended = "trap 'kill $! 2>/dev/null; exit' TERM";
    const child = new Deno.Command("sh", {
      args: ["-c", `${ended}\ncurl() { command curl "$@" & wait $!; }\n${script}`],
      cwd: reader.directory,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#child = child;
    this.#reading = (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of child.stdout) {
        this.#seen += decoder.decode(bytes, { stream: true });
      }
      this.#isOver = true;
    })();
  }

  /** Waits until it has said a text. */
  async until(text: string): Promise<void> {
    const began = performance.now();
    while (!this.#seen.includes(text)) {
      const isLate = performance.now() - began > STOP_MILLIS_MAX;
      assert.ok(!this.#isOver && !isLate, `no ${text} in ${this.#seen}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    }
  }

  async end(): Promise<void> {
    if (!this.#isOver) this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#reading;
  }
}
