import assert from "node:assert/strict";
import { Redis } from "@upstash/redis/cloudflare";
import { RedisServer } from "../../support/redis_server.ts";
import { startUpstashShim } from "../../support/upstash_shim.ts";

Deno.test("the client of Upstash works through the shim as it does with Upstash", async () => {
  await using server = await RedisServer.start();
  await using shim = await startUpstashShim(server.port);
  const redis = new Redis({ url: shim.url, token: shim.token, retry: { retries: 0 } });
  const text = 'grün ✓ "quoted" \n';
  assert.equal(await redis.set("text", text), "OK");
  assert.equal(await redis.get("text"), text);
  assert.equal(await redis.get("absent"), null);
  assert.deepEqual(await redis.pipeline().set("n", 7).incr("n").exec(), ["OK", 8]);
  assert.deepEqual(await redis.multi().incr("n").get("text").exec(), [9, text]);
  assert.deepEqual(await redis.eval("return { ARGV[1], 5 }", [], [text]), [text, 5]);
  await assert.rejects(redis.evalsha("0".repeat(40), [], []), /NOSCRIPT/);
});

Deno.test("every path of the shim asks for the token", async () => {
  await using server = await RedisServer.start();
  await using shim = await startUpstashShim(server.port);
  for (const path of ["/", "/pipeline", "/multi-exec"]) {
    for (const authorization of ["", "Bearer wrong", shim.token]) {
      const response = await fetch(`${shim.url}${path}`, {
        method: "POST",
        headers: { authorization },
        body: '[["PING"]]',
      });
      assert.equal(response.status, 401);
      assert.match((await response.json()).error, /^WRONGPASS/);
    }
  }
});
