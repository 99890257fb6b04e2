/**
 * Waits until the broker has everything that was published, and not for ever.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";

/** How long the broker may take to confirm that it has what a batch published. */
export const FLUSH_MILLIS_MAX = 5_000;

/**
 * Waits until the broker has everything that was published on a connection.
 *
 * @param what was published, for the error
 * @throws {Error} after {@link FLUSH_MILLIS_MAX}
 */
export async function confirmFlush(connection: NatsConnection, what: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the broker confirmed no ${what} for ${FLUSH_MILLIS_MAX} ms`)),
      FLUSH_MILLIS_MAX,
    );
  });
  try {
    await Promise.race([connection.flush(), late]);
  } finally {
    clearTimeout(timer);
  }
}
