/**
 * Files that appear whole or not at all, several at once, and never in the place of others.
 *
 * Each is written as a draft beside its place. Only when all of them are written, and what is there
 * already is the same or may be replaced, do they take their names.
 *
 * @module
 */

const DRAFT_ENDING = ".draft";
const COMPARED_BYTES = 1 << 20;

/** A file is there already, and says something else. */
export class OtherContentError extends Error {
  override readonly name = "OtherContentError";
}

/** What became of a file. */
export interface WrittenFile {
  readonly path: string;
  /** `same`: it was there, and is left as it is. */
  readonly what: "written" | "same" | "replaced";
}

/** The files of one run. */
export class WholeFiles {
  readonly #directory: string;
  readonly #names: string[] = [];

  /** @param directory is made when the first draft is asked for */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Path at which a file is to be written. What a run before has left there does not matter. */
  draft(name: string): string {
    Deno.mkdirSync(this.#directory, { recursive: true });
    this.#names.push(name);
    return this.#draftOf(name);
  }

  /**
   * Gives every file its name.
   *
   * @throws {OtherContentError} when one is there with other content and `mayReplace` is false: then
   *   no file has changed
   */
  commit(mayReplace: boolean): WrittenFile[] {
    const files = this.#names.map((name) => ({ name, what: this.#compare(name) }));
    const other = files.filter(({ what }) => what === "replaced").map(({ name }) => name);
    if (other.length > 0 && !mayReplace) {
      throw new OtherContentError(
        `${this.#directory} has other content in ${other.join(", ")}; nothing was written ` +
          "(--replace writes anyway)",
      );
    }
    for (const { name, what } of files) {
      if (what === "same") continue;
      syncFile(this.#draftOf(name));
      Deno.renameSync(this.#draftOf(name), this.#pathOf(name));
    }
    this.abandon();
    return files.map(({ name, what }) => ({ path: this.#pathOf(name), what }));
  }

  /** Removes what is left of the drafts. */
  abandon(): void {
    for (const name of this.#names.splice(0)) {
      try {
        Deno.removeSync(this.#draftOf(name));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  #compare(name: string): WrittenFile["what"] {
    try {
      return isSame(this.#draftOf(name), this.#pathOf(name)) ? "same" : "replaced";
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "written";
      throw error;
    }
  }

  readonly #pathOf = (name: string): string => `${this.#directory}/${name}`;
  readonly #draftOf = (name: string): string => `${this.#pathOf(name)}${DRAFT_ENDING}`;
}

/** Whether two files are equal, a part at a time. @throws {Deno.errors.NotFound} */
function isSame(draft: string, path: string): boolean {
  using other = Deno.openSync(path);
  using own = Deno.openSync(draft);
  if (own.statSync().size !== other.statSync().size) return false;
  const [ours, theirs] = [new Uint8Array(COMPARED_BYTES), new Uint8Array(COMPARED_BYTES)];
  while (true) {
    const count = readFully(own, ours);
    if (readFully(other, theirs) !== count) return false;
    for (let at = 0; at < count; at++) if (ours[at] !== theirs[at]) return false;
    if (count < COMPARED_BYTES) return true;
  }
}

function readFully(file: Deno.FsFile, into: Uint8Array): number {
  let length = 0;
  while (length < into.length) {
    const count = file.readSync(into.subarray(length));
    if (count === null) break;
    length += count;
  }
  return length;
}

/** On the disk before it has its name, so that a power failure leaves the whole file or none. */
function syncFile(path: string): void {
  using file = Deno.openSync(path, { write: true });
  file.syncSync();
}
