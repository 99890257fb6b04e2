import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import foreignConfig from "../foreign/deno.json" with { type: "json" };
import nativeConfig from "../react_native/deno.json" with { type: "json" };
import { ALL_PROJECT_FOLDERS, PROJECT_FOLDERS, testProjects } from "./test_projects.ts";

const OF_PHONES = ["hermes-compiler", "hermes-engine-cli", "metro", "react-native"];

interface Lock {
  readonly specifiers: Record<string, string>;
  readonly npm: Record<string, { readonly integrity: string }>;
}

const [lock, foreignLock] = await Promise.all(
  PROJECT_FOLDERS.map(async (folder): Promise<Lock> =>
    JSON.parse(await Deno.readTextFile(`${folder}deno.lock`))
  ),
);

/** What both tables name, with what each says of it. */
function shared<T>(one: Record<string, T>, other: Record<string, T>): [string, T, T][] {
  return Object.keys(one).filter((name) => Object.hasOwn(other, name))
    .map((name) => [name, one[name], other[name]]);
}

Deno.test("test projects: each has a configuration and a lock file", async () => {
  for (const folder of ALL_PROJECT_FOLDERS) {
    for (const name of ["deno.json", "deno.lock"]) {
      assert.ok((await Deno.stat(folder + name)).isFile);
    }
  }
});

Deno.test("test projects: files are run by the configuration that they belong to", () => {
  const [own, foreign, native] = ALL_PROJECT_FOLDERS;
  const [here, there] = ["tests/core/a_test.ts", "tests/foreign/browser/a_test.ts"];
  const phone = "tests/react_native/a_test.ts";
  assert.deepEqual(testProjects([phone, there, here]), [
    { folder: own, files: [here] },
    { folder: foreign, files: [there] },
    { folder: native, files: [phone] },
  ]);
  assert.deepEqual(testProjects([here]), [{ folder: own, files: [here] }]);
  assert.deepEqual(testProjects([there]), [{ folder: foreign, files: [there] }]);
  assert.deepEqual(testProjects([]), []);
});

Deno.test("test projects: both have the same versions of what both need", () => {
  const imports = shared<string>(config.imports, foreignConfig.imports);
  assert.ok(imports.some(([name]) => name === "hono"));
  for (const [name, one, other] of imports) assert.equal(other, one, name);

  const specifiers = shared(lock.specifiers, foreignLock.specifiers);
  assert.equal(specifiers.length, imports.length);
  for (const [name, one, other] of specifiers) assert.equal(other, one, name);

  const packages = shared(lock.npm, foreignLock.npm);
  assert.ok(packages.length >= imports.length);
  for (const [name, one, other] of packages) assert.equal(other.integrity, one.integrity, name);
});

Deno.test("test projects: all check by the same rules", () => {
  const { compilerOptions, fmt, nodeModulesDir, test, lint } = config;
  const rules = { compilerOptions, fmt, nodeModulesDir, test, tags: lint.rules };
  for (const other of [foreignConfig, nativeConfig]) {
    assert.deepEqual({
      compilerOptions: other.compilerOptions,
      fmt: other.fmt,
      nodeModulesDir: other.nodeModulesDir,
      test: other.test,
      tags: other.lint.rules,
    }, rules);
    assert.deepEqual(
      other.lint.plugins,
      config.lint.plugins.map((path) => path.replace("./", "../../")),
    );
  }
});

Deno.test("test projects: who starts the market downloads nothing that only clients need", () => {
  const names = Object.keys(lock.npm).join("\n");
  const ofClients = ["ccxt", "binance", "@binance/spot", "playwright-core", "@asyncapi/specs"];
  for (const name of ofClients) assert.ok(Object.hasOwn(foreignConfig.imports, name), name);
  for (const name of [...ofClients, ...OF_PHONES]) {
    assert.doesNotMatch(names, new RegExp(`^${name}@`, "m"));
  }
});

Deno.test("test projects: who runs all tests downloads nothing of React Native", () => {
  const names = Object.keys(foreignLock.npm).join("\n");
  for (const name of OF_PHONES) {
    assert.ok(Object.hasOwn(nativeConfig.imports, name), name);
    assert.doesNotMatch(names, new RegExp(`^${name}@`, "m"));
  }
});
