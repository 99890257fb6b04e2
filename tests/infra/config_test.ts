import assert from "node:assert/strict";
import {
  ConfigError,
  describeVariables,
  inheritedEnvironment,
  readConfig,
  type VariableName,
} from "../../infra/config.ts";
import { VARIABLES } from "../../infra/variables.ts";
import type { Variable } from "../../infra/variable.ts";

const NAMES = Object.keys(VARIABLES) as VariableName[];
const declared = (name: VariableName): Variable<unknown> => VARIABLES[name];
/** An environment of these values. */
const of = (values: Readonly<Record<string, string>>) => (name: string) => values[name];
/** What is said of values that are not allowed. */
const refusal = (values: Readonly<Record<string, string>>, ...names: VariableName[]): string => {
  try {
    readConfig(names, of(values));
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return "";
};

Deno.test("config: what is not set has its default, and what is set its type", () => {
  assert.deepEqual(readConfig(["port", "limiter", "natsServer"], of({})), {
    port: 8000,
    limiter: "memory",
    natsServer: "",
  });
  const given = { EDGEBOOK_PORT: "0", EDGEBOOK_LIMITER: "upstash", EDGEBOOK_HOST: "::1" };
  assert.deepEqual(readConfig(["port", "limiter", "host"], of(given)), {
    port: 0,
    limiter: "upstash",
    host: "::1",
  });
});

Deno.test("config: what is not allowed is refused with its name, its value and what is", () => {
  for (const value of ["", "-1", "65536", "8e3", "0x10", " 80", "80.0", "12345678901234567"]) {
    assert.equal(
      refusal({ EDGEBOOK_PORT: value }, "port"),
      `EDGEBOOK_PORT=${value} is not allowed; it takes a whole number from 0 to 65535`,
    );
  }
  assert.equal(
    refusal({ EDGEBOOK_RETENTION: "Keep" }, "retention"),
    "EDGEBOOK_RETENTION=Keep is not allowed; it takes keep | trim",
  );
  for (const hosts of ["a b", "a,,b", "https://a", "a:123456", "[::1]:80,x/y"]) {
    assert.match(refusal({ EDGEBOOK_JWKS_HOSTS: hosts }, "jwksHosts"), /is not allowed/);
  }
  const hosts = "keys.test,keys.test:8443,[::1]:80";
  assert.equal(readConfig(["jwksHosts"], of({ EDGEBOOK_JWKS_HOSTS: hosts })).jwksHosts, hosts);
});

Deno.test("config: a required variable is asked for, and a secret is never shown", () => {
  assert.match(refusal({}, "masterKey"), /^EDGEBOOK_MASTER_KEY is not set; it takes 64 hexadec/);
  const secrets = NAMES.filter((name) => declared(name).secret);
  assert.ok(secrets.length > 5);
  for (const name of secrets) {
    assert.doesNotMatch(refusal({ [declared(name).name]: "" }, name), /=(?!\(hidden\))/);
  }
  assert.match(refusal({ EDGEBOOK_MASTER_KEY: "" }, "masterKey"), /=\(hidden\) is not allowed/);
});

Deno.test("config: every variable is named after the project or its platform, and described", () => {
  const names = NAMES.map((name) => declared(name).name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^(EDGEBOOK_[A-Z_]+|UPSTASH_REDIS_REST_\w+|PATH)$/);
  const help = describeVariables(NAMES).split("\n");
  assert.equal(help.length, NAMES.length);
  assert.match(help[NAMES.indexOf("port")], /EDGEBOOK_PORT +port the .*\(.*65535; default 8000\)$/);
  assert.match(help[NAMES.indexOf("masterKey")], /; required\)$/);
  assert.match(help[NAMES.indexOf("natsSigner")], /seed of the signing key\)$/);
});

Deno.test("config: a child gets what is set of the platform and of these, and no secret", () => {
  const environment = {
    HOME: "/h",
    PATH: "/bin",
    AWS_SECRET_ACCESS_KEY: "theirs",
    EDGEBOOK_UNKNOWN: "1",
    EDGEBOOK_LOG: "debug",
    EDGEBOOK_MASTER_KEY: "a".repeat(64),
    UPSTASH_REDIS_REST_URL: "https://limits.test",
    UPSTASH_REDIS_REST_TOKEN: "token",
  };
  assert.deepEqual(inheritedEnvironment(of(environment)), {
    HOME: "/h",
    EDGEBOOK_LOG: "debug",
    UPSTASH_REDIS_REST_URL: "https://limits.test",
  });
  assert.throws(() => inheritedEnvironment(of({ EDGEBOOK_LOG: "loud" })), ConfigError);
});
