import assert from "node:assert/strict";
import { AdmissionCode, AdmissionKind } from "../../../core/limits/admission_code.ts";
import { LimitedSubject } from "../../../core/limits/limited_subject.ts";
import { ConfigError, readConfig } from "../../../infra/config.ts";
import { ADMISSION_VARIABLES, createAdmission } from "../../../infra/upstash/create_admission.ts";
import { UpstashAdmission } from "../../../infra/upstash/limiter.ts";
import { MemoryAdmission } from "../../../infra/upstash/memory.ts";

const configOf = (environment: Record<string, string>) =>
  readConfig(ADMISSION_VARIABLES, (name) => environment[name]);

Deno.test("without a word the limits are counted in memory, by the clock that was given", async () => {
  let now = 1_000_000;
  const config = configOf({ EDGEBOOK_LIMIT_ADDRESS_RATE: "1" });
  const admission = createAdmission(config, () => now);
  assert.ok(admission instanceof MemoryAdmission);
  const { policy } = admission;
  const request = {
    subject: new LimitedSubject("192.0.2.1"),
    policy: policy.address,
    weight: 1,
    kind: AdmissionKind.read,
  };
  assert.equal((await admission.admit(request)).code, AdmissionCode.admitted);
  assert.equal((await admission.admit(request)).code, AdmissionCode.addressLeak);
  now += 1_000_000;
  const decision = await admission.admit(request);
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

Deno.test("tiers have their rates, and what is no list of them is refused by name", () => {
  const tiersOf = (text: string) =>
    createAdmission(configOf({ EDGEBOOK_LIMIT_TIERS: text }), () => 0).policy.tiers;
  assert.equal(tiersOf("none").size, 0);
  const tiers = tiersOf("pro=5000,maker=20000");
  assert.deepEqual([...tiers.keys()], ["pro", "maker"]);
  assert.equal(tiers.get("maker")?.tokens.unitsPerSecond, 20_000);
  for (
    const text of ["pro", "pro=", "pro=0", "=5", "Pro=5", "pro=5,pro=6", "pro=5;x=1", "pro=5,"]
  ) {
    assert.throws(
      () => tiersOf(text),
      (error: unknown) =>
        error instanceof ConfigError && error.variable === "EDGEBOOK_LIMIT_TIERS" &&
        error.message.includes(text),
      text,
    );
  }
});
