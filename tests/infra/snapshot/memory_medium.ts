/**
 * Snapshots in memory, whose bytes a test may change.
 *
 * @module
 */
import type { SnapshotMedium } from "../../../infra/snapshot/snapshot_media.ts";

/** A medium that is a map. */
export class MemoryMedium implements SnapshotMedium {
  readonly name = "memory";
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>();

  list(): Promise<string[]> {
    return Promise.resolve([...this.objects.keys()]);
  }

  async put(name: string, pieces: Iterable<Uint8Array>): Promise<void> {
    const blob = new Blob([...pieces].map((piece) => piece.slice()));
    this.objects.set(name, await blob.bytes());
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    const bytes = this.objects.get(name) ?? new Uint8Array();
    await Promise.resolve();
    // Pieces whose ends have nothing to do with those of blocks.
    for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
  }

  remove(name: string): Promise<void> {
    this.objects.delete(name);
    return Promise.resolve();
  }
}
