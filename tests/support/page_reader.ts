/**
 * A reader of the served reference, who copies what stands there into a shell and into programs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { RestKey } from "./client_rest.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STATUS_MARK = "status:";
/** What curl says of a stream that it was to read for a while only. */
const TIMED_OUT = 28;

/** What one request of a command printed. */
export interface Shown {
  readonly status: number;
  readonly text: string;
}

/** Text out of HTML. */
const plain = (markup: string): string =>
  markup.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");

/** The blocks of code of a part of the page. */
const blocksOf = (markup: string): string[] =>
  [...markup.matchAll(/<pre><code>([^]*?)<\/code><\/pre>/g)].map(([, code = ""]) => plain(code));

/** The page, a shell with its function, and a directory to work in. */
export class PageReader {
  /** Those of the guide. */
  readonly #blocks: readonly string[];

  constructor(
    readonly gateway: string,
    readonly page: string,
    readonly keys: ReadonlyMap<string, RestKey>,
    readonly directory: string,
  ) {
    this.#blocks = blocksOf(page.slice(0, page.indexOf('<section class="operation"')));
  }

  /** The one block of the guide that has a text. */
  block(text: string): string {
    const found = this.#blocks.filter((block) => block.includes(text));
    assert.equal(found.length, 1, `one block has ${text}`);
    return found[0] ?? "";
  }

  /** How many blocks the guide has. */
  get blockCount(): number {
    return this.#blocks.length;
  }

  /** The first block of code of an operation's section: how it is called. */
  exampleOf(operationId: string): string {
    const [, section = ""] = this.page.split(`<section class="operation" id="${operationId}">`);
    return blocksOf(section)[0] ?? "";
  }

  /** Runs commands as an account; a status and a body a request. */
  async run(commands: string, account = "1"): Promise<Shown[]> {
    const key = this.keys.get(account);
    assert.ok(key !== undefined, account);
    const env = {
      EDGEBOOK_URL: this.gateway,
      EDGEBOOK_KEY: key.key,
      EDGEBOOK_SECRET: key.secret,
    };
    return await this.#shell([this.block("edgebook() {"), commands], env);
  }

  /** Runs commands behind the blocks in front of them, keys and all, in the market's own directory. */
  async follow(commands: string): Promise<Shown[]> {
    return await this.#shell([...this.preamble, commands], {});
  }

  /** The blocks that a reader copies first: the keys, and the function that signs. */
  get preamble(): readonly string[] {
    return [this.block("demo.env"), this.block("edgebook() {")];
  }

  async #shell(parts: readonly string[], env: Record<string, string>): Promise<Shown[]> {
    const script = [
      `curl() { command curl -w '\\n${STATUS_MARK}%{http_code}\\n' "$@" || [ $? = ${TIMED_OUT} ]; }`,
      ...parts,
    ].join("\n");
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-e", "-c", script],
      cwd: this.directory,
      env,
    }).output();
    assert.equal(code, 0, `${parts.at(-1)}\n${new TextDecoder().decode(stderr)}`);
    const output = new TextDecoder().decode(stdout);
    return [...output.matchAll(/([^]*?)\nstatus:(\d+)\n+/g)].map(([, text = "", status]) => ({
      status: Number(status),
      text,
    }));
  }

  /**
   * Runs a program with what stands around it, while `use` looks at what it has shown.
   *
   * @param names values that it uses beside `show`
   */
  async runProgram(
    program: string,
    names: Readonly<Record<string, unknown>>,
    use: (shown: () => string) => Promise<void>,
  ): Promise<void> {
    const path = `${this.directory}/program.ts`;
    const given = Object.entries(names).map(([name, value]) =>
      `const ${name} = ${JSON.stringify(value)};`
    );
    const show = "const show = (value: unknown) => console.log(JSON.stringify(value));";
    await Deno.writeTextFile(
      path,
      [...given, show, program.replace('"./routes/', `"${ROOT}routes/`)].join("\n"),
    );
    const child = new Deno.Command(Deno.execPath(), {
      // Types are checked as well: an example that does not compile is none.
      args: ["run", "--quiet", "--check", "--config", `${ROOT}deno.json`, "--allow-net", path],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const errors = new Response(child.stderr).text();
    let seen = "";
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of child.stdout) seen += decoder.decode(bytes, { stream: true });
    })();
    try {
      await use(() => seen);
    } catch (error) {
      child.kill("SIGKILL");
      throw new Error(`${program}\nshowed ${seen}\n${await errors}`, { cause: error });
    } finally {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await child.status;
      await reading;
      await errors;
    }
  }
}
