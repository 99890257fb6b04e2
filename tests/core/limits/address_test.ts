import assert from "node:assert/strict";
import { limitedAddress, UNKNOWN_ADDRESS } from "../../../core/limits/address.ts";

const CASES: readonly (readonly [string, string])[] = [
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::FFFF:192.0.2.7", "192.0.2.7"],
  ["2001:db8:0:1::99", "2001:db8:0:1::/64"],
  ["2001:0DB8:0000:0001:0000:0000:0000:0099", "2001:db8:0:1::/64"],
  ["2001:db8::", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["64:ff9b::192.0.2.33", "64:ff9b:0:0::/64"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4::/64"],
  ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4::/64"],
];

Deno.test("an IPv4 address counts as itself, an IPv6 address as its /64", () => {
  for (const [address, subject] of CASES) assert.equal(limitedAddress(address), subject, address);
});

Deno.test("whatever is no address shares one name", () => {
  const none = [
    "",
    "localhost",
    "256.1.1.1",
    "1.2.3",
    "01.2.3.4",
    "1:2:3",
    "1::2::3",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "g::1",
    "1".repeat(100),
  ];
  for (const text of none) assert.equal(limitedAddress(text), UNKNOWN_ADDRESS, text);
});
