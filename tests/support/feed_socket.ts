/**
 * A subscriber over TCP that does as little as can be: it finds the messages in what comes and hands
 * them out where they lie. For tests with hundreds of subscribers in one thread, and for benches that
 * are not about subscribers.
 *
 * @module
 */
import { parseCredentials } from "../../infra/nats/jwt.ts";
import { importNkey } from "../../infra/nats/nkey.ts";

/** Room for what has come and is not handed out yet; a message that is longer is an error. */
const BUFFER_BYTES = 2 ** 18;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const ZERO = 48;
const LETTER = { message: "M".charCodeAt(0), ping: "P".charCodeAt(0), error: "-".charCodeAt(0) };
/** Length of `PING`: the second letter tells it from `PONG`. */
const PING_SECOND = "I".charCodeAt(0);
const CRLF_BYTES = 2;
/** Length of `MSG ` in front of the subject. */
const VERB_BYTES = 4;

/**
 * Takes a message: `bytes` from `start` to `end`, which are somebody else's after the call.
 *
 * @param sid the number that the subscription was given
 */
export type MessageTaker = (sid: number, bytes: Uint8Array, start: number, end: number) => void;

/** One connection. */
export class FeedSocket {
  /** What the server said that is neither a message nor a ping. */
  readonly errors: string[] = [];
  /** Settles when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
  readonly #socket: Deno.TcpConn;
  readonly #take: MessageTaker;
  readonly #buffer: Uint8Array;
  readonly #encoder = new TextEncoder();
  readonly #pongs: (() => void)[] = [];
  #filled: number;

  private constructor(
    socket: Deno.TcpConn,
    take: MessageTaker,
    buffer: Uint8Array,
    filled: number,
  ) {
    this.#socket = socket;
    this.#take = take;
    this.#buffer = buffer;
    this.#filled = filled;
    this.ended = this.#read();
  }

  /** Connects with the text of a credentials file. */
  static async connect(port: number, credentials: string, take: MessageTaker): Promise<FeedSocket> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    socket.setNoDelay(true);
    const buffer = new Uint8Array(BUFFER_BYTES);
    let filled = 0;
    while (buffer.subarray(0, filled).indexOf(LINE_FEED) < 0) {
      const count = await socket.read(buffer.subarray(filled));
      if (count === null) throw new Error("the server ended the connection before it said hello");
      filled += count;
    }
    const end = buffer.indexOf(LINE_FEED);
    const { nonce } = JSON.parse(new TextDecoder().decode(buffer.subarray("INFO ".length, end)));
    buffer.copyWithin(0, end + 1, filled);
    const feed = new FeedSocket(socket, take, buffer, filled - end - 1);
    const { jwt, seed } = parseCredentials(credentials);
    const signature = await (await importNkey(seed)).sign(new TextEncoder().encode(nonce));
    const sig = signature.toBase64({ alphabet: "base64url", omitPadding: true });
    await feed.#write(`CONNECT ${JSON.stringify({ verbose: false, jwt, sig })}\r\n`);
    await feed.flush();
    return feed;
  }

  /** Subscribes; `flush` says when the server knows. */
  async subscribe(subject: string, sid: number): Promise<void> {
    await this.#write(`SUB ${subject} ${sid}\r\n`);
  }

  /** Settles when the server has taken what was sent, and its messages until then were handed out. */
  async flush(): Promise<void> {
    const pong = new Promise<void>((done) => this.#pongs.push(done));
    await this.#write("PING\r\n");
    await Promise.race([pong, this.ended]);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    try {
      this.#socket.close();
    } catch {
      // The server ended it before.
    }
    await this.ended;
  }

  async #write(text: string): Promise<void> {
    const bytes = this.#encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await this.#socket.write(bytes.subarray(at));
  }

  async #read(): Promise<void> {
    try {
      this.#handOut();
      for (;;) {
        const count = await this.#socket.read(this.#buffer.subarray(this.#filled));
        if (count === null) return;
        this.#filled += count;
        this.#handOut();
        if (this.#filled === BUFFER_BYTES) throw new RangeError(`over ${BUFFER_BYTES} bytes`);
      }
    } catch (error) {
      if (error instanceof RangeError) this.errors.push(error.message);
    }
  }

  /** Takes all that is complete from the buffer, and moves the rest to its front. */
  #handOut(): void {
    const bytes = this.#buffer;
    let at = 0;
    while (at < this.#filled) {
      const lineEnd = bytes.indexOf(LINE_FEED, at);
      if (lineEnd < 0 || lineEnd >= this.#filled) break;
      if (bytes[at] !== LETTER.message) {
        this.#control(at, lineEnd);
        at = lineEnd + 1;
        continue;
      }
      const start = lineEnd + 1;
      const length = numberBefore(bytes, lineEnd - 1);
      if (start + length + CRLF_BYTES > this.#filled) break;
      const sidAt = bytes.indexOf(SPACE, at + VERB_BYTES) + 1;
      this.#take(numberAt(bytes, sidAt), bytes, start, start + length);
      at = start + length + CRLF_BYTES;
    }
    if (at === 0) return;
    bytes.copyWithin(0, at, this.#filled);
    this.#filled -= at;
  }

  #control(at: number, lineEnd: number): void {
    const bytes = this.#buffer;
    if (bytes[at] === LETTER.error) {
      this.errors.push(new TextDecoder().decode(bytes.subarray(at, lineEnd - 1)));
    } else if (bytes[at] !== LETTER.ping) return;
    else if (bytes[at + 1] === PING_SECOND) this.#write("PONG\r\n").catch(() => {});
    else this.#pongs.shift()?.();
  }
}

/** The decimal number whose last digit stands before `end`, a carriage return. */
function numberBefore(bytes: Uint8Array, end: number): number {
  let value = 0;
  for (let at = end - 1, place = 1; bytes[at] !== SPACE; at--, place *= 10) {
    value += (bytes[at] - ZERO) * place;
  }
  return value;
}

/** The decimal number that begins at `at`. */
function numberAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (; bytes[at] !== SPACE && bytes[at] !== CARRIAGE_RETURN; at++) {
    value = value * 10 + bytes[at] - ZERO;
  }
  return value;
}
