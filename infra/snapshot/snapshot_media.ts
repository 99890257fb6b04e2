/**
 * Where snapshots are kept: the broker's object store, and a directory.
 *
 * @module
 */
import {
  AckPolicy,
  DeliverPolicy,
  nanos,
  type NatsConnection,
  nuid,
  type ObjectInfo,
  type ObjectStore,
} from "nats.ws";
import { objectStream, SNAPSHOTS_STORE } from "../../core/protocol/subjects.ts";
import { SnapshotError } from "../../core/snapshot/snapshot_error.ts";

/** Chunks of an object: half of the broker's `max_payload`. */
const CHUNK_BYTES = 512 * 1024;
/** How long the broker may take for one chunk. */
const PUT_MILLIS_MAX = 30_000;
/** Chunks that are asked for at once: below the server's 64 MB. */
const FETCH_CHUNKS = 64;
/** How long a batch of chunks may take. */
const FETCH_MILLIS = 5_000;
/** How long the server keeps a reader that has gone. */
const INACTIVE_MILLIS = 60_000;
/** What a file is called until it is complete. */
const DRAFT_SUFFIX = ".new";
/** Bytes of a file that are read at once. */
const READ_BYTES = 1024 * 1024;

/** A place for snapshots, each under a name. */
export interface SnapshotMedium {
  /** What it is, for people. */
  readonly name: string;
  /** Names of what is there, whole or damaged. */
  list(): Promise<string[]>;
  /** Keeps the pieces under a name; what was not put completely is not there. */
  put(name: string, pieces: Iterable<Uint8Array>): Promise<void>;
  /** The bytes under a name, in pieces. */
  read(name: string): AsyncGenerator<Uint8Array>;
  remove(name: string): Promise<void>;
}

/** The media of an installation: the broker, and the directory unless it is `none`. */
export function snapshotMedia(connection: NatsConnection, directory: string): SnapshotMedium[] {
  const store = new ObjectStoreMedium(connection);
  return directory === "none" ? [store] : [store, new DirectoryMedium(directory)];
}

/** The object store of the installation's broker. */
export class ObjectStoreMedium implements SnapshotMedium {
  readonly name = `the object store ${SNAPSHOTS_STORE}`;
  readonly #connection: NatsConnection;
  #store: ObjectStore | null = null;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async list(): Promise<string[]> {
    const store = await this.#open();
    return (await store.list()).map(({ name }) => name);
  }

  async put(name: string, pieces: Iterable<Uint8Array>): Promise<void> {
    const store = await this.#open();
    const options = { max_chunk_size: CHUNK_BYTES };
    await store.put({ name, options }, ReadableStream.from(pieces), { timeout: PUT_MILLIS_MAX });
  }

  /**
   * Chunk by chunk through a consumer: the client library's own `get` hashes in JavaScript, which
   * takes several times as long, and waits for ever for a chunk that is gone. The blocks of a
   * snapshot have checksums.
   */
  async *read(name: string): AsyncGenerator<Uint8Array> {
    const info = await (await this.#open()).info(name);
    if (info === null) throw new SnapshotError(`${this.name} has no ${name}`);
    const { chunks } = info as ObjectInfo;
    const stream = objectStream(SNAPSHOTS_STORE);
    const manager = await this.#connection.jetstreamManager();
    const added = await manager.consumers.add(stream, {
      name: `snapshot_${nuid.next()}`,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.All,
      filter_subject: `$O.${SNAPSHOTS_STORE}.C.${info.nuid}`,
      inactive_threshold: nanos(INACTIVE_MILLIS),
      mem_storage: true,
      num_replicas: 1,
    });
    const consumer = await this.#connection.jetstream().consumers.get(stream, added.name);
    try {
      const fetch = (max_messages: number) =>
        consumer.fetch({ max_messages, expires: FETCH_MILLIS });
      let asked = Math.min(FETCH_CHUNKS, chunks);
      let coming = fetch(asked);
      for (let read = 0; read < chunks;) {
        const batch = await coming;
        // The next ones are on their way while these are read.
        const expected = asked;
        const next = Math.min(FETCH_CHUNKS, chunks - asked);
        if (next > 0) coming = fetch(next);
        asked += next;
        for await (const { data } of batch) {
          read++;
          yield data;
        }
        if (read !== expected) {
          throw new SnapshotError(`${name} has ${chunks} chunks, only ${read} of them came`);
        }
      }
    } finally {
      // The server drops by itself a consumer that it cannot be told about.
      await consumer.delete().catch(() => false);
    }
  }

  async remove(name: string): Promise<void> {
    await (await this.#open()).delete(name);
  }

  async #open(): Promise<ObjectStore> {
    this.#store ??= await this.#connection.jetstream().views.os(SNAPSHOTS_STORE);
    return this.#store;
  }
}

/** A directory, with a file for each snapshot. */
export class DirectoryMedium implements SnapshotMedium {
  readonly name: string;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.name = `the directory ${path}`;
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const { isFile, name } of Deno.readDir(this.#path)) {
        if (isFile && !name.endsWith(DRAFT_SUFFIX)) names.push(name);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return names;
  }

  /** Written beside, synced, then renamed: a crash leaves the whole file or none. */
  async put(name: string, pieces: Iterable<Uint8Array>): Promise<void> {
    await Deno.mkdir(this.#path, { recursive: true });
    const draft = `${this.#path}/${name}${DRAFT_SUFFIX}`;
    {
      using file = await Deno.open(draft, { write: true, create: true, truncate: true });
      for (const piece of pieces) {
        for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
      }
      await file.sync();
    }
    await Deno.rename(draft, `${this.#path}/${name}`);
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    using file = await Deno.open(`${this.#path}/${name}`);
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const count = await file.read(buffer);
      if (count === null) return;
      yield buffer.subarray(0, count);
    }
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(`${this.#path}/${name}`);
  }
}
