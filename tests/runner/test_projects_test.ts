import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import foreignConfig from "../foreign/deno.json" with { type: "json" };
import { PROJECT_FOLDERS, testProjects } from "./test_projects.ts";

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
  for (const folder of PROJECT_FOLDERS) {
    for (const name of ["deno.json", "deno.lock"]) {
      assert.ok((await Deno.stat(folder + name)).isFile);
    }
  }
});

Deno.test("test projects: files are run by the configuration that they belong to", () => {
  const [own, foreign] = PROJECT_FOLDERS;
  const [here, there] = ["tests/core/a_test.ts", "tests/foreign/browser/a_test.ts"];
  assert.deepEqual(testProjects([there, here]), [
    { folder: own, files: [here] },
    { folder: foreign, files: [there] },
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

Deno.test("test projects: both check by the same rules", () => {
  const { compilerOptions, fmt, nodeModulesDir, test, lint } = config;
  const rules = { compilerOptions, fmt, nodeModulesDir, test, tags: lint.rules };
  assert.deepEqual({
    compilerOptions: foreignConfig.compilerOptions,
    fmt: foreignConfig.fmt,
    nodeModulesDir: foreignConfig.nodeModulesDir,
    test: foreignConfig.test,
    tags: foreignConfig.lint.rules,
  }, rules);
  assert.deepEqual(
    foreignConfig.lint.plugins,
    config.lint.plugins.map((path) => path.replace("./", "../../")),
  );
});

Deno.test("test projects: who starts the market downloads nothing that only clients need", () => {
  const names = Object.keys(lock.npm).join("\n");
  const ofClients = ["ccxt", "binance", "@binance/spot", "playwright-core", "@asyncapi/specs"];
  const ofPhones = ["hermes-compiler", "hermes-engine-cli", "metro", "react-native"];
  for (const name of [...ofClients, ...ofPhones]) {
    assert.ok(Object.hasOwn(foreignConfig.imports, name), name);
    assert.doesNotMatch(names, new RegExp(`^${name}@`, "m"));
  }
});
