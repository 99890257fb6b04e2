/**
 * Reads server-sent events as a browser does (the standard's parsing, without its reconnecting).
 *
 * @module
 */

/** An event. */
export interface ReadEvent {
  readonly event: string;
  /** The last id that was given, by this event or one before. */
  readonly id: string;
  // deno-lint-ignore no-explicit-any -- what stands in it is what the tests are about
  readonly data: any;
}

/** Longest wait for an event. */
const EVENT_MILLIS_MAX = 10_000;

/** The events of one answer. */
export class EventReader {
  /** Everything that was read, in order. */
  readonly events: ReadEvent[] = [];
  comments = 0;
  retryMillis: number | null = null;
  /** Whether the stream has ended. */
  isOver = false;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";
  #id = "";
  #taken = 0;

  constructor(response: Response) {
    if (response.body === null) throw new Error("the answer has no body");
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Id of the last event. */
  get lastId(): string {
    return this.#id;
  }

  /** The next event that was not given yet; `null`: the stream has ended. */
  async next(): Promise<ReadEvent | null> {
    while (this.#taken === this.events.length) {
      if (this.isOver) return null;
      await this.read();
    }
    return this.events[this.#taken++];
  }

  /** The next event of this name; those before it are passed over. */
  async until(event: string): Promise<ReadEvent> {
    for (;;) {
      const one = await this.next();
      if (one === null) throw new Error(`the stream ended before ${event}`);
      if (one.event === event) return one;
    }
  }

  /** Reads what has come. */
  async read(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("no event in time")), EVENT_MILLIS_MAX);
    });
    try {
      const { done, value } = await Promise.race([this.#reader.read(), late]);
      if (done) this.isOver = true;
      else this.#parse(value);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  #parse(text: string): void {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) this.#block(block);
  }

  #block(block: string): void {
    let event = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      if (line.startsWith(":")) this.comments++;
      const colon = line.indexOf(": ");
      const [field, value] = [line.slice(0, colon), line.slice(colon + 2)];
      if (field === "event") event = value;
      if (field === "data") data.push(value);
      if (field === "id") this.#id = value;
      if (field === "retry") this.retryMillis = Number(value);
    }
    if (data.length === 0) return;
    this.events.push({ event, id: this.#id, data: JSON.parse(data.join("\n")) });
  }
}
