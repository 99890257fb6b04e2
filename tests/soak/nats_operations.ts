/**
 * The operations in the bytes that a NATS server sends to a client, however they are cut into packets.
 *
 * @module
 */

/** Longest operation: the broker's messages are shorter. */
export const OPERATION_BYTES_MAX = 2 ** 26;

/** One operation. */
export interface NatsOperation {
  /** Everything of it, to be passed on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of a message, else empty. */
  readonly subject: string;
  /** Of a message, without its headers; else empty. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

const LINE_END = [13, 10];
const NOTHING = new Uint8Array();

/** Takes packets and gives operations. */
export class NatsOperations {
  #rest: Uint8Array<ArrayBuffer> = NOTHING;

  /**
   * The operations that a packet completes.
   *
   * @throws {RangeError} when one is longer than {@link OPERATION_BYTES_MAX}
   */
  take(packet: Uint8Array<ArrayBuffer>): NatsOperation[] {
    const bytes = new Uint8Array(this.#rest.length + packet.length);
    bytes.set(this.#rest);
    bytes.set(packet, this.#rest.length);
    const operations: NatsOperation[] = [];
    let at = 0;
    for (;;) {
      const operation = readOperation(bytes.subarray(at));
      if (operation === null) break;
      operations.push(operation);
      at += operation.bytes.length;
    }
    this.#rest = bytes.slice(at);
    if (this.#rest.length <= OPERATION_BYTES_MAX) return operations;
    throw new RangeError(
      `an operation has ${this.#rest.length} bytes, ${OPERATION_BYTES_MAX} at most`,
    );
  }
}

/** The operation that the bytes begin with; `null` where they are not all of it. */
function readOperation(bytes: Uint8Array<ArrayBuffer>): NatsOperation | null {
  const lineEnd = endOfLine(bytes);
  if (lineEnd < 0) return null;
  const line = new TextDecoder().decode(bytes.subarray(0, lineEnd - LINE_END.length));
  const [verb = "", subject = "", ...fields] = line.split(" ");
  if (verb !== "MSG" && verb !== "HMSG") {
    return { bytes: bytes.slice(0, lineEnd), subject: "", payload: NOTHING };
  }
  // MSG subject sid [reply] bytes; HMSG subject sid [reply] header-bytes bytes, both counted.
  const length = Number(fields.at(-1));
  const headerLength = verb === "HMSG" ? Number(fields.at(-2)) : 0;
  const end = lineEnd + length + LINE_END.length;
  if (bytes.length < end) return null;
  const payload = bytes.slice(lineEnd + headerLength, lineEnd + length);
  return { bytes: bytes.slice(0, end), subject, payload };
}

/** Where the first line ends, its end included; -1 where it does not. */
function endOfLine(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(LINE_END[0]); at >= 0; at = bytes.indexOf(LINE_END[0], at + 1)) {
    if (at + 1 === bytes.length) return -1;
    if (bytes[at + 1] === LINE_END[1]) return at + LINE_END.length;
  }
  return -1;
}
