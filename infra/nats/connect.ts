/**
 * Connections to NATS over WebSocket, the same on Deno Deploy and on a server of one's own.
 *
 * Deno's own WebSocket leaves Nagle's algorithm on, which costs 44 ms wherever several small
 * messages go out in a row; npm `ws` turns it off. `socket: "native"` is for platforms where `ws`
 * does not run; there, flush after each publish.
 *
 * @module
 */
import {
  type Authenticator,
  connect,
  type ConnectionOptions,
  type NatsConnection,
  NatsError,
} from "nats.ws";
import { Buffer } from "node:buffer";
import { createPrivateKey, sign } from "node:crypto";
import WebSocketClient from "ws";
import { ConnectError } from "./errors.ts";
import { inboxPrefixOf, noteRole } from "./inbox.ts";
import { parseCredentials } from "./jwt.ts";
import { pkcs8OfSeed } from "./nkey.ts";

/** How long one attempt to connect may take. */
export const CONNECT_MILLIS_MAX = 5_000;
/** Wait between two attempts to reconnect; a random part of up to {@link RECONNECT_JITTER_MILLIS} is added. */
export const RECONNECT_WAIT_MILLIS = 50;
/** See {@link RECONNECT_WAIT_MILLIS}. */
export const RECONNECT_JITTER_MILLIS = 100;
/** A connection without an answer to this many pings is taken for dead. */
export const PINGS_OUT_MAX = 2;
/** Time between pings. */
export const PING_MILLIS = 5_000;

/** What a connection needs. */
export interface ConnectRequest {
  /** `ws://` or `wss://` URLs; a text may have several, with commas between them. */
  readonly servers: string | readonly string[];
  /** Text of a credentials file. A secret. */
  readonly credentials: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** WebSocket implementation. Default `ws`. */
  readonly socket?: "ws" | "native";
  /** Where answers go. Default: the inbox that the credentials allow. */
  readonly inboxPrefix?: string;
  /** Keep trying until the first connection stands, instead of failing. Default false. */
  readonly waitForServer?: boolean;
  /** Certificate of a private authority, in PEM, for `wss://` with npm `ws`. */
  readonly certificateAuthority?: string;
}

/**
 * Connects. The connection comes back for ever after it is lost. What is published meanwhile may be
 * lost: the client empties its outbound buffer at every attempt to connect, so whoever needs it to
 * arrive publishes it again after a reconnect. Refused credentials close it after two attempts.
 *
 * @throws {ConnectError} when there is no server or it refuses the credentials
 * @throws {CredentialsError} when the credentials are not the text of a credentials file
 */
export async function connectNats(request: ConnectRequest): Promise<NatsConnection> {
  const { socket = "ws", certificateAuthority } = request;
  const { jwt, seed } = parseCredentials(request.credentials);
  const servers = serverList(request.servers);
  const inboxPrefix = request.inboxPrefix ?? inboxPrefixOf(jwt);
  const options: ConnectionOptions = {
    servers,
    name: request.name,
    authenticator: authenticator(jwt, seed),
    inboxPrefix,
    timeout: CONNECT_MILLIS_MAX,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MILLIS,
    reconnectJitter: RECONNECT_JITTER_MILLIS,
    pingInterval: PING_MILLIS,
    maxPingOut: PINGS_OUT_MAX,
    waitOnFirstConnect: request.waitForServer ?? false,
    // A cluster announces its inner addresses, which no client outside can reach.
    ignoreClusterUpdates: true,
  };
  const withFactory = socket === "ws"
    ? { ...options, wsFactory: webSocketFactory(certificateAuthority) }
    : options;
  try {
    const connection = await connect(withFactory);
    noteRole(connection, inboxPrefix);
    return connection;
  } catch (error) {
    const code = error instanceof NatsError ? `${error.code} ${error.message}`.trim() : `${error}`;
    throw new ConnectError(servers.join(", "), code, { cause: error });
  }
}

/** The URLs of a list, or of a text with commas between them. */
export const serverList = (servers: string | readonly string[]): string[] =>
  [servers].flat().flatMap((one) => one.split(",")).map((one) => one.trim());

/** Answers the server's challenge. Ed25519 of `node:crypto`, because the client asks synchronously. */
function authenticator(jwt: string, seed: string): Authenticator {
  const key = createPrivateKey({
    key: Buffer.from(pkcs8OfSeed(seed)),
    format: "der",
    type: "pkcs8",
  });
  return (nonce) => {
    const signature = sign(null, new TextEncoder().encode(nonce ?? ""), key);
    return { jwt, sig: signature.toString("base64url") };
  };
}

/** Makes sockets of npm `ws`: no compression, and no masks, which only matter to old proxies. */
function webSocketFactory(certificateAuthority: string | undefined) {
  return (url: string) => ({
    socket: new WebSocketClient(url, {
      perMessageDeflate: false,
      generateMask() {},
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    }),
    encrypted: url.startsWith("wss:"),
  });
}
