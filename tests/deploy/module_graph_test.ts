/**
 * What the deployed gateway consists of.
 *
 * @module
 */

import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { runDeno } from "../runner/child_process.ts";
import { ENTRYPOINT } from "./staged_deploy.ts";

/** The layers that are deployed. */
const LAYERS: readonly string[] = ["core", "infra", "routes"];
/** The packages that the edge may import; what these depend on comes along. */
const PACKAGES: readonly string[] = [
  "@noble/hashes",
  "@upstash/redis",
  "@valibot/to-json-schema",
  "hono",
  "jose",
  "nats.ws",
  "valibot",
  "ws",
];

const ROOT = new URL("../../", import.meta.url).href;
const INFO_MILLIS_MAX = 60_000;

interface Dependency {
  readonly code?: { readonly specifier?: string };
}
interface Module {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly Dependency[];
}

/** The modules that the entry reaches, as `deno info` sees them. */
async function entryGraph(): Promise<Module[]> {
  const { code, output, stdout } = await runDeno(["info", "--json", ENTRYPOINT], {
    millisMax: INFO_MILLIS_MAX,
  });
  assert.equal(code, 0, output);
  return JSON.parse(stdout).modules;
}

/** The package of a specifier such as `npm:/@scope/name@1.2.3/path.js`. */
function packageName(specifier: string): string | undefined {
  return /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1];
}

Deno.test("module graph: the entry reaches only deployed layers and the packages of the edge", async () => {
  const modules = await entryGraph();
  assert.deepEqual(modules.filter((one) => one.error !== undefined), []);

  const local = modules.filter((one) => one.specifier.startsWith("file:"));
  const strangers = local.map((one) => one.specifier.slice(ROOT.length)).filter((path) =>
    !LAYERS.includes(path.split("/")[0] ?? "")
  );
  assert.deepEqual(strangers, []);

  const imported = local.flatMap((one) => one.dependencies ?? [])
    .map((one) => packageName(one.code?.specifier ?? ""))
    .filter((name) => name !== undefined);
  assert.ok(imported.includes("hono"), "the gateway is built on hono");
  assert.deepEqual([...new Set(imported)].filter((name) => !PACKAGES.includes(name)), []);

  const schemes = new Set(modules.map((one) => new URL(one.specifier).protocol));
  assert.deepEqual([...schemes].filter((one) => !["file:", "npm:", "node:"].includes(one)), []);
});

Deno.test("module graph: no configuration asks for an unstable feature", () => {
  assert.ok(!Object.hasOwn(config, "unstable"), "deno.json has a list of unstable features");
});
