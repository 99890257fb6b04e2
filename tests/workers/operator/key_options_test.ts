import assert from "node:assert/strict";
import { isAddressRange } from "../../../workers/operator/address_list.ts";
import { UsageError } from "../../../workers/operator/command_line.ts";
import {
  endOf,
  overlapMicrosOf,
  rangesOf,
  scopesOf,
  tierOf,
} from "../../../workers/operator/key_options.ts";

const HOUR = 3_600_000_000;

Deno.test("addresses are IPv4 or IPv6, alone or as a range", () => {
  const right = [
    "203.0.113.7",
    "0.0.0.0/0",
    "198.51.100.0/24",
    "255.255.255.255/32",
    "::",
    "::1",
    "2001:db8::/32",
    "2001:DB8:0:0:0:0:0:1/128",
    "::ffff:192.0.2.1",
  ];
  const wrong = [
    "",
    "256.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.4/33",
    "1.2.3.4/",
    "1.2.3.4/-1",
    "1.2.3.4/8/8",
    "::1/129",
    "12345::1",
    "g::1",
    "localhost",
    "1.2.3.4 ",
  ];
  for (const text of right) assert.equal(isAddressRange(text), true, text);
  for (const text of wrong) assert.equal(isAddressRange(text), false, text);
});

Deno.test("a list of addresses is complete or refused", () => {
  assert.deepEqual(rangesOf({}), []);
  assert.deepEqual(rangesOf({ addresses: "any" }), []);
  assert.deepEqual(rangesOf({ addresses: "::1, 192.0.2.0/24,::1" }), ["::1", "192.0.2.0/24"]);
  for (const list of ["", ",", "::1,nonsense", Array(17).fill("::1").join(",")]) {
    assert.throws(() => rangesOf({ addresses: list }), UsageError, list);
  }
});

Deno.test("tiers, ends and scopes are what they may be, and errors name what is allowed", () => {
  assert.deepEqual([tierOf({}), tierOf({ tier: "none" }), tierOf({ tier: "gold-2" })], [
    null,
    null,
    "gold-2",
  ]);
  for (const tier of ["Gold", "2gold", "a_b", "", "x".repeat(33)]) {
    assert.throws(() => tierOf({ tier }), /lower-case letters, digits and dashes/, tier);
  }
  assert.deepEqual([endOf({}, 5), endOf({ days: "never" }, 5), endOf({ days: "2" }, 5)], [
    null,
    null,
    5 + 48 * HOUR,
  ]);
  for (const days of ["0", "-1", "3651", "x"]) assert.throws(() => endOf({ days }, 5), UsageError);
  assert.deepEqual(scopesOf("trade,read"), ["read", "trade"]);
  for (const list of ["", "root", "read,read,x"]) assert.throws(() => scopesOf(list), UsageError);
  assert.throws(() => scopesOf("admin", ["read", "trade"]), /takes some of read,trade/);
});

Deno.test("an overlap is said in minutes, hours or days, in one of two ways", () => {
  const of = (overlap: string) => overlapMicrosOf({ overlap });
  assert.equal(overlapMicrosOf({}), 24 * HOUR);
  assert.deepEqual([of("90m"), of("24h"), of("7d"), of("0h")], [
    1.5 * HOUR,
    24 * HOUR,
    168 * HOUR,
    0,
  ]);
  assert.equal(overlapMicrosOf({ "overlap-hours": "3" }), 3 * HOUR);
  for (const text of ["24", "h", "1w", "-1h", "366d", "1.5h"]) assert.throws(() => of(text), text);
  assert.throws(() => overlapMicrosOf({ overlap: "1h", "overlap-hours": "1" }), /one of them/);
  assert.throws(() => overlapMicrosOf({ "overlap-hours": "9999" }), UsageError);
});
