import assert from "node:assert/strict";
import { runChecks } from "../../../workers/operator/check.ts";
import { marketChecks } from "../../../workers/operator/market_checks.ts";

/** What the doctor says of the registrar where a gateway answers so, or not at all. */
async function lookAtRegistrar(readiness: object | null, status = 200) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json(readiness, { status }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  if (readiness === null) await server.shutdown();
  try {
    const checks = marketChecks({
      gateway: () => Promise.resolve(url),
      connection: () => Promise.reject(new Error("no broker is needed for this")),
      shard: 0,
    });
    const [result] = await runChecks(checks.filter(({ name }) => name === "registrar"));
    return result;
  } finally {
    if (readiness !== null) await server.shutdown();
  }
}

Deno.test("doctor: the registrar answers, or what to do is said", async () => {
  const well = await lookAtRegistrar({ status: "ready", checks: { registrar: "ok" } });
  assert.equal(well.status, "ok");
  const finding = "the registrar does not answer: 503";
  const silent = await lookAtRegistrar({ status: "ready", checks: { registrar: finding } });
  assert.deepEqual([silent.status, silent.detail], ["fail", finding]);
  assert.match(silent.advice ?? "", /orders go on without it.*matching\.pid/);
  // An unready gateway tells of it all the same.
  const body = { status: "not_ready", reasons: ["x"], checks: { registrar: "ok" } };
  assert.equal((await lookAtRegistrar(body, 503)).status, "ok");
  const alone = await lookAtRegistrar(null);
  assert.notEqual(alone.status, "ok");
  assert.match(alone.detail, /the gateway, which asks it, does not answer/);
});
