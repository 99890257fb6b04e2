/**
 * One event of a stream as text: written once, for all who listen.
 *
 * @module
 */

/** An event. Nobody may change what it gives. */
export class StreamEventText {
  /** Name of the stream that {@link of} was asked with last; nearly all ask with the same. */
  #name: string | null = null;
  #combined = "";

  /** @param text the event in JSON */
  constructor(readonly text: string) {}

  /** Events in one: an array of them. */
  static list(events: readonly StreamEventText[]): StreamEventText {
    return new StreamEventText(`[${events.map(({ text }) => text).join(",")}]`);
  }

  /** The event with the name of its stream, as that listener calls it. */
  of(name: string): string {
    if (this.#name !== name) {
      this.#name = name;
      this.#combined = `{"stream":"${name}","data":${this.text}}`;
    }
    return this.#combined;
  }
}
