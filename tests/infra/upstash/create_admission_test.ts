import assert from "node:assert/strict";
import { AdmissionCode, AdmissionKind } from "../../../core/limits/decision.ts";
import { ConfigError, readConfig } from "../../../infra/config.ts";
import { ADMISSION_VARIABLES, createAdmission } from "../../../infra/upstash/create_admission.ts";
import { UpstashAdmission } from "../../../infra/upstash/limiter.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";

const configOf = (environment: Record<string, string>) =>
  readConfig(ADMISSION_VARIABLES, (name) => environment[name]);
const REQUEST = { key: null, address: "192.0.2.1", weight: 1, kind: AdmissionKind.ordinary };

Deno.test("without a word the limits are counted in memory, by the clock that was given", async () => {
  let now = 1_000_000;
  const config = configOf({ EDGEBOOK_LIMIT_ADDRESS_RATE: "1" });
  const admission = createAdmission(config, () => now);
  assert.ok(admission instanceof MemoryAdmission);
  assert.equal((await admission.admit(REQUEST)).code, AdmissionCode.admitted);
  assert.equal((await admission.admit(REQUEST)).code, AdmissionCode.addressLeak);
  now += 1_000_000;
  const decision = await admission.admit(REQUEST);
  assert.deepEqual([decision.code, decision.degraded], [AdmissionCode.admitted, false]);
});

Deno.test("Upstash needs its URL and its token, and says which is missing", () => {
  const complete = {
    EDGEBOOK_LIMITER: "upstash",
    UPSTASH_REDIS_REST_URL: "http://127.0.0.1:9",
    UPSTASH_REDIS_REST_TOKEN: "t",
  };
  assert.ok(createAdmission(configOf(complete), () => 0) instanceof UpstashAdmission);
  for (const name of ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"] as const) {
    const { [name]: _, ...incomplete } = complete;
    assert.throws(
      () => createAdmission(configOf(incomplete), () => 0),
      (error: unknown) => error instanceof ConfigError && error.variable === name,
    );
  }
});
