/**
 * The one error of the modules that read snapshots.
 *
 * @module
 */

/** A snapshot cannot be used. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}
