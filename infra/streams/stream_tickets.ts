/**
 * Tickets for streams: a page whose browser cannot send header fields shows one in the URL.
 *
 * A ticket is good for some seconds and for one stream. Every gateway of a deployment can make and
 * check it, for its key comes out of the master key; that it is used once is seen to by the broker
 * (routes/streams/ticket_use.ts). It says nothing that is secret, and vouches for nothing else.
 *
 * ```text
 * account.slot.revision.expires-micros.key-id.HMAC-SHA-256
 * ```
 *
 * @module
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";

/** How long a ticket is good. */
export const TICKET_SECONDS = 30;
/** Tickets of an account that may be good at once; of more, the older ones are good no longer. */
export const TICKET_SLOTS = 16;

/** What a ticket says. */
export interface StreamTicket {
  readonly account: number;
  /** Which of the account's places it has, and that place's revision as long as it is not used. */
  readonly slot: number;
  readonly revision: number;
  readonly expiresMicros: number;
  /** The key or issuer by which the account was known. */
  readonly keyId: string;
}

const PATTERN =
  /^([1-9]\d{0,9})\.(\d{1,2})\.(\d{1,16})\.(\d{1,16})\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/;
const encoder = new TextEncoder();
const PURPOSE = encoder.encode("edgebook stream ticket 1");

/** Makes and knows tickets. */
export class StreamTickets {
  readonly #keys: readonly Uint8Array[];

  /** @param masterKeys as configured: one or several of 64 hexadecimal digits, the newest first */
  constructor(masterKeys: string) {
    this.#keys = masterKeys.trim().split(/[,\s]+/)
      .map((text) => hmac(sha256, Buffer.from(text, "hex"), PURPOSE));
  }

  /** The text of a ticket. */
  sign({ account, slot, revision, expiresMicros, keyId }: StreamTicket): string {
    const said = `${account}.${slot}.${revision}.${expiresMicros}.${keyId}`;
    return `${said}.${codeOf(this.#keys[0], said)}`;
  }

  /** What a ticket says; `null` where it is none of this deployment, or its time is over. */
  verify(text: string, nowMicros: number): StreamTicket | null {
    const parts = PATTERN.exec(text);
    if (parts === null) return null;
    const [, account, slot, revision, expires, keyId, code] = parts;
    const said = text.slice(0, text.length - code.length - 1);
    const given = encoder.encode(code);
    // All keys are tried, so that the time says nothing about which.
    const known = this.#keys.filter((key) =>
      timingSafeEqual(encoder.encode(codeOf(key, said)), given)
    );
    const expiresMicros = Number(expires);
    if (known.length === 0 || nowMicros >= expiresMicros) return null;
    return {
      account: Number(account),
      slot: Number(slot),
      revision: Number(revision),
      expiresMicros,
      keyId,
    };
  }
}

const codeOf = (key: Uint8Array, said: string): string =>
  Buffer.from(hmac(sha256, key, encoder.encode(said))).toString("base64url");
