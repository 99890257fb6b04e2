import assert from "node:assert/strict";
import { Hono } from "hono";
import { UNKNOWN_ADDRESS } from "../../../core/limits/address.ts";
import {
  clientAddress,
  ClientAddresses,
  REMEMBERED_ADDRESSES_MAX,
} from "../../../routes/middleware/client_address.ts";

/** Name of the client of a request that came from `hostname` with this `X-Forwarded-For`. */
async function nameOf(
  addresses: ClientAddresses,
  hostname: string | undefined,
  forwarded?: string,
): Promise<string> {
  const app = new Hono();
  app.get("/", (context) => context.text(addresses.of(context)));
  const headers: Record<string, string> = forwarded === undefined
    ? {}
    : { "X-Forwarded-For": forwarded };
  const environment = hostname === undefined ? undefined : { remoteAddr: { hostname } };
  return await (await app.request("/", { headers }, environment)).text();
}

Deno.test("without proxies the connection says it, and X-Forwarded-For says nothing", async () => {
  const addresses = new ClientAddresses(0);
  assert.equal(await nameOf(addresses, "192.0.2.1", "198.51.100.1"), "192.0.2.1");
  assert.equal(await nameOf(addresses, "2001:db8::1"), "2001:db8:0:0::/64");
  assert.equal(await nameOf(addresses, undefined), UNKNOWN_ADDRESS);
});

Deno.test("behind proxies only what they added counts, not what the client wrote before it", async () => {
  const list = "10.9.9.9, 198.51.100.1, 203.0.113.5";
  assert.equal(await nameOf(new ClientAddresses(1), "192.0.2.1", list), "203.0.113.5");
  assert.equal(await nameOf(new ClientAddresses(2), "192.0.2.1", list), "198.51.100.1");
  assert.equal(await nameOf(new ClientAddresses(2), "192.0.2.1", "garbage, x"), UNKNOWN_ADDRESS);
  // Fewer addresses than proxies: somebody came around them.
  assert.equal(await nameOf(new ClientAddresses(5), "192.0.2.1", list), "192.0.2.1");
  assert.equal(await nameOf(new ClientAddresses(1), "192.0.2.1"), "192.0.2.1");
});

Deno.test("the address itself is told as it came, and by the same proxies", async () => {
  const told = async (proxies: number, hostname: string | undefined, forwarded?: string) => {
    const app = new Hono();
    app.get("/", (context) => context.text(clientAddress(context, proxies) ?? "nobody says"));
    const headers = new Headers(forwarded === undefined ? {} : { "X-Forwarded-For": forwarded });
    const environment = hostname === undefined ? undefined : { remoteAddr: { hostname } };
    return await (await app.request("/", { headers }, environment)).text();
  };
  assert.equal(await told(0, "2001:db8::1", "198.51.100.1"), "2001:db8::1");
  assert.equal(await told(1, "192.0.2.1", "x, 2001:db8::9 "), "2001:db8::9");
  assert.equal(await told(2, "192.0.2.1", "198.51.100.1, 203.0.113.5"), "198.51.100.1");
  assert.equal(await told(1, "192.0.2.1"), "192.0.2.1");
  assert.equal(await told(0, undefined), "nobody says");
});

Deno.test("names are remembered within a bound", async () => {
  const addresses = new ClientAddresses(0);
  for (let count = 0; count < REMEMBERED_ADDRESSES_MAX + 10; count++) {
    const hostname = `10.0.${count >> 8}.${count & 0xff}`;
    assert.equal(await nameOf(addresses, hostname), hostname);
  }
});
