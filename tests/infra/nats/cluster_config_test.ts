import assert from "node:assert/strict";
import { clusterBlock, memberName, newRoutePassword } from "../../../infra/nats/cluster_config.ts";

const MEMBER = {
  serverName: memberName(0),
  listen: { host: "127.0.0.1", port: 1001 },
  others: [{ host: "127.0.0.1", port: 1002 }, { host: "127.0.0.1", port: 1003 }],
  password: "a".repeat(64),
};

Deno.test("a member listens for routes that sign in, and knows the others", () => {
  const text = clusterBlock(MEMBER);
  assert.match(text, /^ {2}listen: "127\.0\.0\.1:1001"$/m);
  assert.match(text, /^ {4}password: "a{64}"$/m);
  const routes = [...text.matchAll(/nats-route:\/\/route:a{64}@127\.0\.0\.1:(\d+)/g)];
  assert.deepEqual(routes.map(([, port]) => port), ["1002", "1003"]);
  assert.match(text, /^ {2}no_advertise: true$/m);
  assert.doesNotMatch(text, /^ {2}advertise:/m);
});

Deno.test("another address is advertised only where it is asked for", () => {
  const text = clusterBlock({ ...MEMBER, advertised: { host: "127.0.0.1", port: 9 } });
  assert.match(text, /^ {2}advertise: "127\.0\.0\.1:9"$/m);
});

Deno.test("every start has another password", () => {
  assert.match(newRoutePassword(), /^[0-9a-f]{64}$/);
  assert.notEqual(newRoutePassword(), newRoutePassword());
});
