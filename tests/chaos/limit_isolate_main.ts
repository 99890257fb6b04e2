/**
 * One isolate of a limiter: asks to enter so many times a second, and keeps count in a file that
 * outlives it, whatever kills it.
 *
 * `limit_isolate_main.ts URL TOKEN FILE KEY:LIMIT:PER_SECOND...`; every key has three numbers of 8
 * bytes in the file, little-endian: admitted, refused, and what took a round trip.
 *
 * @module
 */
import { AdmissionCode, AdmissionKind } from "../../core/limits/admission_code.ts";
import { LimitedSubject } from "../../core/limits/limited_subject.ts";
import { admissionPolicy } from "../../core/limits/policy.ts";
import { UpstashAdmission } from "../../infra/upstash/limiter.ts";

const STEP_MILLIS = 4;

const [url, token, file, ...keys] = Deno.args;
const nowMicros = () => Math.floor(performance.now() * 1_000);
const admission = new UpstashAdmission({ url, token, policy: admissionPolicy(1, 1), nowMicros });
const output = Deno.openSync(file, { write: true, create: true });
const counts = new BigUint64Array(3 * keys.length);
const bytes = new Uint8Array(counts.buffer);

function note(at: number): void {
  counts[at]++;
  output.seekSync(0, Deno.SeekMode.Start);
  output.writeSync(bytes);
}

const loads = keys.map((text, index) => {
  const [name, limit, perSecond] = text.split(":");
  const subject = new LimitedSubject(name);
  const { key: policy } = admissionPolicy(Number(limit), 1);
  const request = { subject, policy, weight: 1, kind: AdmissionKind.order };
  return { request, perMilli: Number(perSecond) / 1_000, sent: 0, at: 3 * index };
});

async function ask({ request, at }: (typeof loads)[number]): Promise<void> {
  const decision = admission.admit(request);
  if (decision instanceof Promise) note(at + 2);
  note((await decision).code === AdmissionCode.admitted ? at : at + 1);
}

const began = performance.now();
const timer = setInterval(() => {
  const millis = performance.now() - began;
  for (const load of loads) {
    for (const due = millis * load.perMilli; load.sent < due; load.sent++) void ask(load);
  }
}, STEP_MILLIS);
Deno.addSignalListener("SIGTERM", async () => {
  clearInterval(timer);
  const status = admission.status();
  await admission.stop();
  console.log(JSON.stringify(status));
  Deno.exit(0);
});
console.log("ready");
