/**
 * Addresses that are not served at all, each until a time.
 *
 * A ban is of one address as limits name it (an IPv4 address, or an IPv6 /64: address.ts), or of a
 * range in CIDR notation. The first are found by their name; ranges are looked at one by one, so
 * there may be few of them.
 *
 * @module
 */
import { AddressRanges } from "../auth/address_ranges.ts";
import { limitedAddress, UNKNOWN_ADDRESS } from "./address.ts";

/** Most banned addresses. */
export const BANNED_ADDRESSES_MAX = 10_000;
/** Most banned ranges. */
export const BANNED_RANGES_MAX = 64;

/** A list that takes no more; says of what. */
export class BanListFullError extends Error {
  override readonly name = "BanListFullError";
  constructor(readonly limit: number, what: string) {
    super(`there are ${limit} banned ${what} already; lift some, or ban a range`);
  }
}

interface BannedRange {
  readonly ranges: AddressRanges;
  untilMicros: number;
}

/** The bans that are known. Single writer. */
export class BanList {
  /** By the name that limits give an address. */
  readonly #addresses = new Map<string, number>();
  readonly #ranges = new Map<string, BannedRange>();

  /** Bans that are known, those included that are over. */
  get size(): number {
    return this.#addresses.size + this.#ranges.size;
  }

  /**
   * Bans an address or a range until a time, or changes until when; a time that is past lifts it.
   *
   * @param text `192.0.2.1`, `2001:db8::1` (its /64), `192.0.2.0/24`
   * @throws {AddressRangeError} when it is none of these
   * @throws {BanListFullError} when there is no room for it, also without the bans that are over
   */
  ban(text: string, untilMicros: number, nowMicros: number): void {
    const ranges = AddressRanges.parse([text]);
    const name = limitedAddress(text);
    if (untilMicros <= nowMicros) {
      this.#addresses.delete(name);
      this.#ranges.delete(text);
    } else if (name !== UNKNOWN_ADDRESS) {
      this.#makeRoom(this.#addresses, name, BANNED_ADDRESSES_MAX, nowMicros, "addresses");
      this.#addresses.set(name, untilMicros);
    } else {
      this.#makeRoom(this.#ranges, text, BANNED_RANGES_MAX, nowMicros, "ranges");
      this.#ranges.set(text, { ranges, untilMicros });
    }
  }

  /**
   * Until when an address is banned, in microseconds; 0: it is not. O(1), and O(ranges) where there
   * are any.
   *
   * @param name the name that limits give it
   */
  untilMicros(address: string, name: string, nowMicros: number): number {
    if (this.size === 0) return 0;
    let latest = this.#addresses.get(name) ?? 0;
    for (const { ranges, untilMicros } of this.#ranges.values()) {
      if (untilMicros > latest && ranges.has(address)) latest = untilMicros;
    }
    return latest > nowMicros ? latest : 0;
  }

  #makeRoom(
    bans: Map<string, number | BannedRange>,
    key: string,
    most: number,
    nowMicros: number,
    what: string,
  ): void {
    if (bans.has(key) || bans.size < most) return;
    for (const [one, ban] of bans) {
      const until = typeof ban === "number" ? ban : ban.untilMicros;
      if (until <= nowMicros) bans.delete(one);
    }
    if (bans.size >= most) throw new BanListFullError(most, what);
  }
}
