/**
 * What can go wrong between this project and its broker, each with a name of its own.
 *
 * @module
 */
import { ErrorCode, NatsError } from "nats.ws";

/** Base of every error of this folder, so that a caller can tell them from programming errors. */
export class NatsSetupError extends Error {
  override readonly name: string = "NatsSetupError";
}

/** A text that should be an nkey, a JWT or a credentials file and is none. Never shows the text. */
export class CredentialsError extends NatsSetupError {
  override readonly name = "CredentialsError";
  constructor(readonly field: string, expected: string) {
    super(`${field} is not valid; it takes ${expected}`);
  }
}

/** The key store on disk is damaged or was written by a version that this one does not know. */
export class KeyStoreError extends NatsSetupError {
  override readonly name = "KeyStoreError";
  constructor(readonly path: string, reason: string) {
    super(`${path}: ${reason}`);
  }
}

/** nats-server ended, or did not answer, before it was ready. */
export class ServerStartError extends NatsSetupError {
  override readonly name = "ServerStartError";
  /** Whether the reason is a port that somebody else listens on. */
  readonly portTaken: boolean;
  constructor(reason: string, readonly logPath: string, readonly output: string) {
    super(`nats-server did not start: ${reason}; its log is ${logPath}${output && `\n${output}`}`);
    this.portTaken = /address already in use/i.test(output);
  }
}

/** The broker's folder cannot be written: it would acknowledge what it cannot keep, or nothing. */
export class StoreUnwritableError extends NatsSetupError {
  override readonly name = "StoreUnwritableError";
  constructor(readonly directory: string, reason: string) {
    super(`nats-server cannot keep its data in ${directory}: ${reason}`);
  }
}

/** Another nats-server holds the data directory: two servers on one store would destroy it. */
export class DirectoryInUseError extends NatsSetupError {
  override readonly name = "DirectoryInUseError";
  constructor(readonly directory: string, readonly pid: number) {
    super(`${directory} is in use by nats-server with pid ${pid}; stop it first: kill ${pid}`);
  }
}

/**
 * A folder holds the store of another number of servers. A server that joins a cluster deletes the
 * streams of its store that the cluster does not know, so nothing is started.
 */
export class StoreOfOthersError extends NatsSetupError {
  override readonly name = "StoreOfOthersError";
  constructor(readonly directory: string, readonly stored: number, readonly asked: number) {
    super(
      `${directory} holds the stores of ${count(stored)}, and ${count(asked)} should start: a ` +
        "store does not pass from one number to another; start as many as it was made with",
    );
  }
}

const count = (servers: number): string => servers === 1 ? "one server" : `${servers} servers`;

/** The broker could not be reached or refused the connection. */
export class ConnectError extends NatsSetupError {
  override readonly name = "ConnectError";
  constructor(readonly servers: string, readonly code: string, options?: ErrorOptions) {
    super(`cannot connect to NATS at ${servers}: ${code}`, options);
  }
}

/** A stream exists with a setting that the project must not run with. */
export class StreamConfigurationError extends NatsSetupError {
  override readonly name = "StreamConfigurationError";
  constructor(
    readonly stream: string,
    readonly field: string,
    readonly found: unknown,
    readonly expected: unknown,
  ) {
    super(
      `stream ${stream} has ${field} ${JSON.stringify(found)}, ` +
        `and must have ${JSON.stringify(expected)}`,
    );
  }
}

/** The log of a shard is gone, though what was made of it is there: it is not made anew. */
export class LogMissingError extends NatsSetupError {
  override readonly name = "LogMissingError";
  constructor(readonly stream: string, readonly witness: string, messages: number) {
    super(
      `stream ${stream} does not exist, but ${witness} has ${messages} messages that came from it: ` +
        `the log was deleted, or the broker lost it; see RUNBOOK.md, "The log cannot be trusted"`,
    );
  }
}

/** A bucket answered with an error, or with something that is no answer. */
export class BucketError extends NatsSetupError {
  override readonly name = "BucketError";
  constructor(readonly bucket: string, readonly code: number, description: string) {
    super(`bucket ${bucket}: ${description} (${code})`);
  }
}

/**
 * What a failure means to the one who reads the log: of the two that are only numbers or a word to
 * the client library, that nobody answers there, or not in time; of others their own text.
 */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = error instanceof NatsError ? error.code : null;
  if (code === ErrorCode.NoResponders) return "the matching process does not answer yet";
  return code === ErrorCode.Timeout ? "no answer over NATS in time" : error.message;
}
