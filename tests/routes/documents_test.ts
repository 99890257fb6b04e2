import assert from "node:assert/strict";
import { TestGateway } from "./test_gateway.ts";

/** Paths that are about the documents themselves, and are in none of them. */
const UNDESCRIBED = [
  "/",
  "/asyncapi.json",
  "/errors",
  "/errors/:code",
  "/openapi.json",
  "/reference",
];

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly "x-edgebook-weight": number;
}

/** Every route of the app but the one behind all others. */
function routes({ app }: TestGateway): readonly { method: string; path: string }[] {
  return app.routes.map(({ method, path }) => ({ method, path }));
}

Deno.test("every endpoint is in the document, apart from the documents", async () => {
  const gateway = new TestGateway();
  const { body } = await gateway.send("GET", "/openapi.json");
  const all = routes(gateway);
  assert.ok(all.length > 20);
  const missing = all.filter(({ method, path }) => {
    // Binance's dialect is documented by Binance.
    if (/^\/([defps]?api|futures|ws|ws-api|stream)(\/|$)/.test(path)) return false;
    const documented = body.paths[path.replaceAll(/:(\w+)/g, "{$1}")];
    return documented?.[method.toLowerCase()] === undefined;
  });
  assert.deepEqual(missing.map(({ path }) => path).sort(), UNDESCRIBED);
});

Deno.test("operations have ids of their own, a summary, and parameters for all of the path", async () => {
  const { body } = await new TestGateway().send("GET", "/openapi.json");
  const ids: string[] = [];
  for (const [path, item] of Object.entries<Record<string, Described>>(body.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const operation of Object.values(item)) {
      ids.push(operation.operationId);
      assert.match(operation.summary, /^[A-Z].*[^.]$/, path);
      const inPath = operation.parameters.filter((one) => one.in === "path");
      assert.deepEqual(inPath.map((one) => one.name), named, path);
      assert.equal(typeof operation["x-edgebook-weight"], "number", path);
    }
  }
  assert.deepEqual(ids.filter((id, index) => ids.indexOf(id) !== index), []);
});

Deno.test("a document is cached, and not sent to whoever has it", async () => {
  const gateway = new TestGateway();
  for (const path of ["/openapi.json", "/asyncapi.json"]) {
    const { headers, text } = await gateway.send("GET", path);
    assert.equal(headers.get("cache-control"), "public, max-age=300");
    assert.equal(headers.get("access-control-allow-origin"), "*");
    const tag = headers.get("etag") ?? "";
    assert.match(tag, /^"[0-9a-f]{32}"$/);
    for (const known of [tag, `"other", W/${tag}`]) {
      const again = await gateway.send("GET", path, { headers: { "If-None-Match": known } });
      assert.deepEqual([again.status, again.text], [304, ""]);
      assert.equal(again.headers.get("etag"), tag);
    }
    const stale = await gateway.send("GET", path, { headers: { "If-None-Match": '"other"' } });
    assert.deepEqual([stale.status, stale.text], [200, text]);
  }
  const refused = await gateway.send("GET", "/openapi.json?v=1");
  assert.deepEqual([refused.status, refused.body.code], [400, "unknown_parameter"]);
  assert.equal(refused.headers.get("cache-control"), "no-store");
});

Deno.test("the feeds' document names the brokers that this deployment tells its clients", async () => {
  const gateway = new TestGateway({ settings: { natsServers: ["wss://nats.example.com/feeds"] } });
  const { body } = await gateway.send("GET", "/asyncapi.json");
  const { host, protocol, description } = body.servers.nats1;
  assert.deepEqual([host, protocol], ["nats.example.com", "wss"]);
  assert.match(description, /wss:\/\/nats\.example\.com\/feeds/);
});
