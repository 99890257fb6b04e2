/**
 * The load that the failover bench measures under.
 *
 * @module
 */

/** Clients, each with an account. */
export const CLIENTS = 32;
/** Pause of a client before each order: some thousand orders a second together. */
export const THINK_MILLIS = 5;
