import assert from "node:assert/strict";
import { InstallationPaths } from "../../../infra/administration/local_installation.ts";
import { readConfig } from "../../../infra/config.ts";
import type { KeyRecord } from "../../../infra/keys/key_record.ts";
import type { RunningNats } from "../../../infra/nats/launch.ts";
import { denoArguments } from "../../../workers/supervisor/deno_process.ts";
import {
  demoProcess,
  gatewayProcess,
  matchingProcess,
  type ProcessSpec,
} from "../../../workers/supervisor/process_specs.ts";

const SECRETS = ["SECRET-CREDS", "SECRET-SEED", "a".repeat(64), "SECRET-OF-KEY"];
const server = {
  webSocketUrl: "ws://127.0.0.1:8443",
  credentials: new Proxy({}, { get: () => "SECRET-CREDS" }),
  appSigner: { accountPublicKey: "A", signingSeed: "SECRET-SEED" },
} as unknown as RunningNats;
const paths = new InstallationPaths("/var/lib/a,b");
const key: KeyRecord = {
  id: "key_x",
  account: 101,
  kind: "hmac",
  scopes: ["trade"],
  createdMicros: 0,
  expiresMicros: null,
  revoked: false,
  tier: null,
  addresses: [],
  secret: "SECRET-OF-KEY",
};

const specs: Readonly<Record<string, ProcessSpec>> = {
  matching: matchingProcess(server, "a".repeat(64), paths),
  gateway: gatewayProcess(server, { host: "127.0.0.1", port: 8000 }, "a".repeat(64), paths),
  demo: demoProcess("http://127.0.0.1:8000", [key], paths),
};
const argumentsOf = (name: string) =>
  denoArguments({ ...specs[name], onLine: () => {}, say: () => {} });

Deno.test("process specs: secrets go by the environment and never by the command line", () => {
  for (const name of Object.keys(specs)) {
    const line = argumentsOf(name).join(" ");
    for (const secret of SECRETS) assert.ok(!line.includes(secret), name);
  }
  assert.ok(JSON.stringify(specs.gateway.environment).includes("SECRET-SEED"));
});

Deno.test("process specs: no process may run programs, and each reaches only what it needs", () => {
  for (const name of Object.keys(specs)) {
    const flags = argumentsOf(name).filter((one) => one.startsWith("--allow"));
    assert.ok(flags.every((flag) => flag.includes("=")), `${name}: ${flags}`);
    assert.ok(!flags.some((flag) => /-(all|run|ffi|import|sys)\b/.test(flag)), `${name}: ${flags}`);
  }
  const flagOf = (name: string, flag: string) =>
    argumentsOf(name).find((one) => one.startsWith(`--allow-${flag}=`));
  assert.equal(flagOf("matching", "net"), "--allow-net=127.0.0.1:8443");
  assert.equal(flagOf("matching", "write"), "--allow-write=/var/lib/a,,b/history");
  const reads = flagOf("matching", "read")?.split(/(?<!,),(?!,)/) ?? [];
  assert.ok(reads.includes("/var/lib/a,,b/secrets/master.key"), "the registrar's, anew");
  assert.ok(!reads.some((path) => /\/(nats|run|secrets)$/.test(path)), reads.join(" "));
  assert.equal(flagOf("gateway", "net"), "--allow-net=127.0.0.1:8000,127.0.0.1:8443");
  for (const name of ["gateway", "demo"]) {
    assert.equal(flagOf(name, "read"), undefined);
    assert.equal(flagOf(name, "write"), undefined);
  }
  assert.equal(flagOf("demo", "net"), "--allow-net=127.0.0.1:8000");
  const matchingFlags = "--v8-flags=--max-semi-space-size=64," +
    "--max-inlined-bytecode-size-cumulative=2000,--no-flush-bytecode";
  assert.ok(argumentsOf("matching").includes(matchingFlags));
  assert.ok(argumentsOf("gateway").includes("--v8-flags=--no-flush-bytecode"));
});

Deno.test("process specs: hosts of key sets are names and addresses, perhaps with a port", () => {
  const read = (hosts: string) => readConfig(["jwksHosts"], () => hosts).jwksHosts;
  for (const hosts of ["id.example", "127.0.0.1:9000", "[::1]:443,id.example:8443,10.0.0.1"]) {
    assert.equal(read(hosts), hosts);
  }
  for (const hosts of ["", ",", "id.example,", "https://id.example", "a b", "a;b", "a:123456"]) {
    assert.throws(() => read(hosts), /EDGEBOOK_JWKS_HOSTS=.* is not allowed/, hosts);
  }
});

Deno.test("process specs: the embedded limits are generous", () => {
  const { environment } = specs.gateway;
  assert.equal(environment.EDGEBOOK_LIMIT_KEY_RATE, "10000");
  assert.equal(environment.EDGEBOOK_LIMIT_ADDRESS_RATE, "20000");
});
