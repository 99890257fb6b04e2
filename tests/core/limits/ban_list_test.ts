import assert from "node:assert/strict";
import { AddressRangeError } from "../../../core/auth/address_ranges.ts";
import { limitedAddress } from "../../../core/limits/address.ts";
import {
  BanList,
  BanListFullError,
  BANNED_ADDRESSES_MAX,
  BANNED_RANGES_MAX,
} from "../../../core/limits/ban_list.ts";

const NOW = 1_700_000_000_000_000;
const LATER = NOW + 60_000_000;

const isBanned = (bans: BanList, address: string, now = NOW): boolean =>
  bans.untilMicros(address, limitedAddress(address), now) > 0;

Deno.test("an address is banned until its time, and nobody else", () => {
  const bans = new BanList();
  assert.equal(isBanned(bans, "192.0.2.1"), false);
  bans.ban("192.0.2.1", LATER, NOW);
  assert.equal(isBanned(bans, "192.0.2.1"), true);
  assert.equal(isBanned(bans, "::ffff:192.0.2.1"), true, "in the clothing of IPv6");
  assert.equal(isBanned(bans, "192.0.2.2"), false);
  assert.equal(isBanned(bans, "192.0.2.1", LATER), false);
});

Deno.test("an IPv6 address is banned with its whole /64, a range with all that is in it", () => {
  const bans = new BanList();
  bans.ban("2001:db8:0:1::7", LATER, NOW);
  bans.ban("198.51.100.0/24", LATER, NOW);
  assert.equal(isBanned(bans, "2001:db8:0:1:ffff::9"), true);
  assert.equal(isBanned(bans, "2001:db8:0:2::7"), false);
  assert.equal(isBanned(bans, "198.51.100.200"), true);
  assert.equal(isBanned(bans, "198.51.101.1"), false);
});

Deno.test("a ban is changed and lifted by its own text", () => {
  const bans = new BanList();
  for (const text of ["192.0.2.1", "198.51.100.0/24"]) {
    const inside = text.replace(".0/24", ".9");
    bans.ban(text, LATER, NOW);
    bans.ban(text, LATER + 5, NOW);
    assert.equal(bans.untilMicros(inside, limitedAddress(inside), NOW), LATER + 5);
    bans.ban(text, 0, NOW);
    assert.equal(isBanned(bans, inside), false);
  }
  assert.equal(bans.size, 0);
});

Deno.test("there is room for so many; bans that are over make room", () => {
  const bans = new BanList();
  const address = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  for (let index = 0; index < BANNED_ADDRESSES_MAX; index++) bans.ban(address(index), LATER, NOW);
  assert.throws(() => bans.ban("192.0.2.1", LATER, NOW), BanListFullError);
  bans.ban(address(0), LATER + 1, NOW);
  bans.ban("192.0.2.1", LATER + 9, LATER);
  assert.equal(bans.size, 2);
  for (let index = 0; index < BANNED_RANGES_MAX; index++) {
    bans.ban(`10.${index}.0.0/16`, LATER, NOW);
  }
  assert.throws(() => bans.ban("172.16.0.0/12", LATER, NOW), BanListFullError);
});

Deno.test("what is no address and no range is refused", () => {
  for (const text of ["", "nobody", "192.0.2.1/8", "192.0.2.256", "10.0.0.0/33"]) {
    assert.throws(() => new BanList().ban(text, LATER, NOW), AddressRangeError, text);
  }
});
