import assert from "node:assert/strict";
import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { ADDRESS_GROUPS, readAddress } from "../../../core/auth/ip_address.ts";
import { address, form, groupsOf, number, textOf } from "./addresses.ts";

Deno.test("every text of an address is that address, an IPv4 one in IPv6 clothing too", () => {
  fc.assert(
    fc.property(number, form, (one, chosen) => {
      const groups = new Uint16Array(ADDRESS_GROUPS);
      const text = textOf(one, chosen);
      assert.ok(readAddress(text, groups), text);
      assert.deepEqual([...groups].map(BigInt), groupsOf(one), text);
      // The same out of the middle of a text.
      assert.ok(readAddress(`1${text}1`, groups, 1, 1 + text.length), text);
      assert.deepEqual([...groups].map(BigInt), groupsOf(one), text);
    }),
    { numRuns: 2_000, verbose: 1 },
  );
});

Deno.test("what is an address is what node:net says, for texts that are nearly one", () => {
  const nearly = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0159afF:.%/ "), maxLength: 20 }),
    fc.tuple(address, fc.nat(40), fc.constantFrom("", ":", ".", "0", "g", "::", "1"))
      .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
  );
  const groups = new Uint16Array(ADDRESS_GROUPS);
  fc.assert(
    fc.property(nearly, (text) => {
      const expected = isIPv4(text) || isIPv6(text) && !text.includes("%");
      assert.equal(readAddress(text, groups), expected, text);
    }),
    { numRuns: 20_000, verbose: 1 },
  );
});
