/**
 * What makes several nats-servers one cluster: the part of each server's configuration that names
 * it, says where its routes come in, and where the others are.
 *
 * Routes are a door of their own: whoever opens one takes part in the RAFT groups of all streams. So
 * it listens on the servers' own address, and takes a name and a password that are made at every
 * start and stand nowhere but in the configuration files (mode 0600).
 *
 * @module
 */

/** Name of the cluster: routes of another one are refused. */
export const CLUSTER_NAME = "edgebook";
/** Time for the other end of a route to sign in. */
const SIGN_IN_SECONDS_MAX = 5;
const PASSWORD_BYTES = 32;

/** A place where a route comes in. */
export interface RouteAddress {
  readonly host: string;
  readonly port: number;
}

/** One server's part in a cluster. */
export interface ClusterMember {
  /** Names the server among the others, and ever after: RAFT knows it by this. */
  readonly serverName: string;
  /** Where its own routes come in. */
  readonly listen: RouteAddress;
  /** Where it finds each of the others. */
  readonly others: readonly RouteAddress[];
  /**
   * Where it tells the others that it can be found; `listen` when left out. Another address makes
   * them keep to the routes that they were given.
   */
  readonly advertised?: RouteAddress;
  /** What every route of the cluster signs in with. A secret. */
  readonly password: string;
}

/** Name of a server by its place among the others, from 0. */
export const memberName = (index: number): string => `server-${index + 1}`;

/** A password for the routes of one start. */
export function newRoutePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Writes the `cluster` block of a member. */
export function clusterBlock(member: ClusterMember): string {
  const { advertised, listen, others, password } = member;
  const routes = others.map(({ host, port }) =>
    `    "nats-route://route:${password}@${host}:${port}"`
  );
  const advertise = advertised === undefined
    ? ""
    : `  advertise: "${advertised.host}:${advertised.port}"\n`;
  return `
cluster {
  name: ${CLUSTER_NAME}
  listen: "${listen.host}:${listen.port}"
${advertise}  no_advertise: true
  authorization {
    user: route
    password: "${password}"
    timeout: ${SIGN_IN_SECONDS_MAX}
  }
  routes: [
${routes.join("\n")}
  ]
}
`;
}
