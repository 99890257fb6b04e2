import assert from "node:assert/strict";
import { messagesOf } from "./rule_run.ts";

const layers = (path: string, source: string) => messagesOf("layers", path, source);

Deno.test("layers: every import that points down or sideways passes", () => {
  const allowed: [path: string, module: string][] = [
    ["core/book/ladder.ts", "../memory/ring.ts"],
    ["core/book/ladder.ts", "./order_pool.ts"],
    ["infra/nats/connect.ts", "../../core/protocol/frame.ts"],
    ["infra/nats/connect.ts", "../config.ts"],
    ["infra/nats/connect.ts", "nats.ws"],
    ["routes/orders/orders.ts", "../../infra/config.ts"],
    ["routes/orders/orders.ts", "../../core/protocol/frame.ts"],
    ["routes/orders/orders.ts", "hono"],
    ["routes/orders/orders.ts", "node:crypto"],
    ["workers/matching/matching_main.ts", "../../infra/config.ts"],
    ["workers/matching/matching_main.ts", "../../core/protocol/frame.ts"],
    ["tests/core/book/ladder_test.ts", "../../../workers/matching/matching_main.ts"],
    ["bench/rest.ts", "../routes/app.ts"],
  ];
  for (const [path, module] of allowed) {
    assert.deepEqual(layers(path, `import { x } from "${module}";`), [], `${path} ${module}`);
  }
});

Deno.test("layers: every import that points up is refused", () => {
  const refused: [path: string, module: string, target: string][] = [
    ["core/book/ladder.ts", "../../infra/config.ts", "infra/config.ts"],
    ["core/book/ladder.ts", "../../routes/app.ts", "routes/app.ts"],
    ["core/book/ladder.ts", "../../tests/seed.ts", "tests/seed.ts"],
    ["core/book/ladder.ts", "../../deno.json", "deno.json"],
    ["infra/nats/connect.ts", "../../routes/app.ts", "routes/app.ts"],
    ["infra/nats/connect.ts", "../../workers/x.ts", "workers/x.ts"],
    ["routes/orders/orders.ts", "../../workers/x.ts", "workers/x.ts"],
    ["workers/x.ts", "../routes/app.ts", "routes/app.ts"],
    ["workers/x.ts", "../../elsewhere/app.ts", "../elsewhere/app.ts"],
  ];
  for (const [path, module, target] of refused) {
    const messages = layers(path, `import { x } from "${module}";`);
    assert.equal(messages.length, 1, `${path} ${module}`);
    assert.ok(messages[0]?.startsWith(`${path} imports ${target}; `), messages[0]);
  }
});

Deno.test("layers: core imports no package of any kind", () => {
  for (const module of ["npm:valibot@1", "node:buffer", "valibot", "jsr:@x/y", "https://x/y.ts"]) {
    assert.deepEqual(layers("core/a.ts", `import "${module}";`), [
      `core/a.ts imports the package ${module}; core may import only core`,
    ]);
  }
});

Deno.test("layers: no form of import escapes", () => {
  const forms = [
    `import "../infra/config.ts";`,
    `import type { X } from "../infra/config.ts";`,
    `export * from "../infra/config.ts";`,
    `export { X } from "../infra/config.ts";`,
    `const x = await import("../infra/config.ts");`,
    "const x = await import(`../infra/config.ts`);",
    `type X = import("../infra/config.ts").X;`,
    `const name = "x"; const x = await import(name);`,
    "const x = await import(`../${name}.ts`);",
  ];
  for (const form of forms) assert.equal(layers("core/a.ts", form).length, 1, form);
});

Deno.test("layers: an absolute path hides the layer and is refused", () => {
  for (const module of ["/srv/app/x.ts", "file:///srv/app/x.ts"]) {
    assert.equal(layers("routes/a.ts", `import "${module}";`).length, 1, module);
  }
});

Deno.test("layers: an export of the file's own symbols is no import", () => {
  assert.deepEqual(layers("core/a.ts", "const x = 1; export { x };"), []);
});
