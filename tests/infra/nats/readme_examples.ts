/**
 * The programs that stand in infra/nats/README.md, as a reader would copy them.
 *
 * @module
 */

/** The code blocks of a language, in their order. */
export async function readmeBlocks(language: string): Promise<string[]> {
  const path = new URL("../../../infra/nats/README.md", import.meta.url);
  return Array.from(
    (await Deno.readTextFile(path)).matchAll(/^```(\w+)\n(.*?)^```$/gms),
    ([, name, body]) => ({ name, body }),
  ).filter(({ name }) => name === language).map(({ body }) => body);
}

/** The one code block of a language. */
export async function readmeProgram(language: string): Promise<string> {
  const blocks = await readmeBlocks(language);
  if (blocks.length !== 1) throw new Error(`${blocks.length} blocks of ${language} in the README`);
  return blocks[0];
}

/** Reads a child's standard output until it contains a text; throws at its end or after 20 s. */
export class OutputReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Everything that came up to and with the text. */
  async until(text: string): Promise<string> {
    const timer = setTimeout(() => this.#reader.cancel(), 20_000);
    try {
      while (!this.#text.includes(text)) {
        const { done, value } = await this.#reader.read();
        if (done) throw new Error(`the output ended without ${text}: ${this.#text}`);
        this.#text += value;
      }
      return this.#text;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads no more. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}
