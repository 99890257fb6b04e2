import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressRangeError, AddressRanges, RANGES_MAX } from "../../../core/auth/address_ranges.ts";
import { ADDRESS_GROUPS } from "../../../core/auth/ip_address.ts";
import { address, dottedOf, form, IPV4_SPACE, isMapped, number, textOf } from "./addresses.ts";

/** The naive reference: an address as one number, by way of its text. */
function numberOf(text: string): bigint {
  const dotted = /^(.*?)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (dotted !== null) {
    const octets = dotted.slice(2).map(Number);
    const low = ((octets[0] << 8) | octets[1]).toString(16);
    const high = ((octets[2] << 8) | octets[3]).toString(16);
    return numberOf(`${dotted[1] === "" ? "::ffff:" : dotted[1]}${low}:${high}`);
  }
  const [head, tail] = text.split("::").map((half) => half.split(":").filter(Boolean));
  const missing = ADDRESS_GROUPS - head.length - (tail?.length ?? 0);
  const groups = [...head, ...new Array(missing).fill("0"), ...(tail ?? [])];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** Whether the reference has the address in the range. */
function isIn(address: string, range: string): boolean {
  const [base, bitsText] = range.split("/");
  const dotted = !base.includes(":");
  const bits = bitsText === undefined ? 128 : Number(bitsText) + (dotted ? 96 : 0);
  const one = numberOf(address);
  if (one >> 32n === IPV4_SPACE >> 32n && bits < 96) return false;
  return one >> BigInt(128 - bits) === numberOf(base) >> BigInt(128 - bits);
}

const range = fc.tuple(number, form, fc.nat(128)).map(([one, chosen, drawn]) => {
  const dotted = chosen === 0 && isMapped(one);
  const bits = dotted ? 96 + drawn % 33 : drawn;
  const base = (one >> BigInt(128 - bits)) << BigInt(128 - bits);
  return dotted ? `${dottedOf(base)}/${bits - 96}` : `${textOf(base, (chosen + 1) % 4)}/${bits}`;
  // A dotted text takes no prefix of an IPv6 one.
}).filter((text) => text.includes(":") || Number(text.split("/")[1]) <= 32);

Deno.test("an address is in the ranges that a naive reference has it in", () => {
  let inside = 0;
  fc.assert(
    fc.property(fc.array(range, { maxLength: RANGES_MAX }), address, (ranges, one) => {
      const expected = ranges.some((text) => isIn(one, text));
      if (expected) inside++;
      assert.equal(AddressRanges.parse(ranges).has(one), expected, `${one} in ${ranges}`);
    }),
    { numRuns: 5_000, verbose: 1 },
  );
  assert.ok(inside > 200, `only ${inside} addresses were in a range`);
});

Deno.test("an address in any of its texts is in the range that is itself in any other", () => {
  fc.assert(
    fc.property(number, form, form, (one, first, second) => {
      assert.ok(AddressRanges.parse([textOf(one, first)]).has(textOf(one, second)));
    }),
    { numRuns: 2_000, verbose: 1 },
  );
});

Deno.test("every IPv6 address is not every IPv4 address", () => {
  const six = AddressRanges.parse(["::/0"]);
  assert.deepEqual(["2001:db8::1", "192.0.2.1", "::ffff:192.0.2.1"].map((one) => six.has(one)), [
    true,
    false,
    false,
  ]);
  const four = AddressRanges.parse(["0.0.0.0/0"]);
  assert.deepEqual(["2001:db8::1", "192.0.2.1", "::ffff:192.0.2.1"].map((one) => four.has(one)), [
    false,
    true,
    true,
  ]);
});

Deno.test("what is no address is in no range, and a zone is not part of one", () => {
  const all = AddressRanges.parse(["::/0", "0.0.0.0/0"]);
  for (const text of ["", "unknown", "192.0.2.1:443", "[::1]", "192.0.2", "x".repeat(5_000)]) {
    assert.ok(!all.has(text), text);
  }
  assert.ok(AddressRanges.parse(["fe80::/10"]).has("fe80::1%eth0"));
  assert.ok(!AddressRanges.NONE.has("192.0.2.1"));
});

Deno.test("ranges that cannot be meant are refused, with the range and the reason", () => {
  const cases: readonly [string, RegExp][] = [
    ["", /not an IPv4 or IPv6 address/],
    ["localhost", /address range localhost: not an IPv4 or IPv6 address/],
    ["010.0.0.1", /not an IPv4 or IPv6 address/],
    ["192.0.2.0/33", /\/33 is no prefix length; it takes 0 to 32/],
    ["192.0.2.0/", /\/ is no prefix length/],
    ["192.0.2.0/024", /\/024 is no prefix length/],
    ["192.0.2.0/24/24", /\/24\/24 is no prefix length/],
    ["2001:db8::/129", /it takes 0 to 128/],
    ["10.0.0.1/8", /address range 10\.0\.0\.1\/8: it has bits set behind its prefix of 8/],
    ["2001:db8::1/64", /bits set behind its prefix of 64/],
    ["fe80::1%eth0", /not an IPv4 or IPv6 address/],
    ["x".repeat(100), /x…: 100 characters; it takes 49 at most/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => AddressRanges.parse(["192.0.2.1", text]),
      (error) => error instanceof AddressRangeError && message.test(error.message),
      text,
    );
  }
  const many = Array.from({ length: RANGES_MAX + 1 }, (_, n) => `10.0.0.${n}`);
  assert.throws(() => AddressRanges.parse(many), /17 of them: there may be 16/);
  assert.equal(AddressRanges.parse(many.slice(1)).size, RANGES_MAX);
});

Deno.test("a check allocates nothing", () => {
  const ranges = AddressRanges.parse(["192.0.2.0/24", "2001:db8::/32"]);
  const texts = ["192.0.2.7", "198.51.100.1", "2001:db8::1", "::ffff:192.0.2.1", "unknown"];
  const run = (times: number): number => {
    let count = 0;
    for (let time = 0; time < times; time++) {
      for (let at = 0; at < texts.length; at++) if (ranges.has(texts[at])) count++;
    }
    return count;
  };
  run(20_000);
  const before = Deno.memoryUsage().heapUsed;
  assert.equal(run(100_000), 300_000);
  // Half a million checks: a single object each would be more than ten times as much.
  const grown = Deno.memoryUsage().heapUsed - before;
  assert.ok(grown < 1_000_000, `${grown} bytes`);
});
