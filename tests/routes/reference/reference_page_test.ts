import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CATALOGUE } from "../../../routes/problems/catalogue/problem_catalogue.ts";
import { TestGateway } from "../test_gateway.ts";

const read = async (path: string) => {
  const { status, text, headers } = await new TestGateway().send("GET", path);
  assert.deepEqual([status, headers.get("content-type")], [200, "text/html; charset=utf-8"], path);
  return { text, headers };
};
const allOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = ""]) => found);

Deno.test("the reference has every operation of the document, and every error", async () => {
  const { text } = await read("/reference");
  const { body } = await new TestGateway().send("GET", "/openapi.json");
  for (const [path, item] of Object.entries<Record<string, { operationId: string }>>(body.paths)) {
    for (const { operationId } of Object.values(item)) {
      assert.ok(text.includes(`<section class="operation" id="${operationId}">`), operationId);
    }
    assert.ok(text.includes(`<span class="path">${path}</span>`), path);
  }
  for (const { problems } of CATALOGUE) {
    for (const { code } of problems) assert.ok(text.includes(`href="/errors/${code}"`), code);
  }
  for (const name of Object.keys(body.components.schemas)) {
    assert.ok(text.includes(`id="type-${name}"`), name);
  }
});

Deno.test("links within the pages lead somewhere, and nothing is loaded from elsewhere", async () => {
  const gateway = new TestGateway();
  const pages = new Map<string, string>();
  const textOf = async (path: string) => {
    const known = pages.get(path);
    if (known !== undefined) return known;
    const { status, text } = await gateway.send("GET", path);
    assert.equal(status, 200, path);
    pages.set(path, text);
    return text;
  };
  for (const path of ["/reference", "/errors", "/errors/halted"]) {
    const text = await textOf(path);
    const ids = allOf(text, / id="([^"]+)"/g);
    assert.deepEqual(ids.filter((id, index) => ids.indexOf(id) !== index), [], path);
    for (const href of allOf(text, /href="([^"]+)"/g)) {
      if (href.startsWith("#")) assert.ok(ids.includes(href.slice(1)), `${path}: ${href}`);
      else {
        const [target = "", id] = href.split("#");
        const there = await textOf(target);
        if (id !== undefined) assert.ok(there.includes(`id="${id}"`), `${path}: ${href}`);
      }
    }
    assert.doesNotMatch(text, /\bsrc=|@import|url\(|<link|<iframe|\son\w+="|\sstyle="/);
  }
});

Deno.test("a browser may run what stands in a page, and nothing else", async () => {
  const { text, headers } = await read("/reference");
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none'; /);
  for (const tag of ["style", "script"]) {
    const [inside = ""] = allOf(text, new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"));
    const hash = createHash("sha256").update(inside).digest("base64");
    assert.ok(policy.includes(`${tag}-src 'sha256-${hash}'`), tag);
  }
});

Deno.test("each error has a page with its status, what it means and what to do", async () => {
  const { text } = await read("/errors");
  for (const { problems } of CATALOGUE) {
    for (const { code, status } of problems) {
      assert.ok(text.includes(`href="/errors/${code}"`), code);
      const one = await read(`/errors/${code}`);
      assert.ok(one.text.includes(`<dd>${status}</dd>`), code);
      assert.match(one.text, /What to do/);
    }
  }
  const { text: funds } = await read("/errors/insufficient_funds");
  assert.match(funds, /href="\/reference#placeOrder"/);
  assert.doesNotMatch(funds, /href="\/reference#cancelOrder"/);
  const unknown = await new TestGateway().send("GET", "/errors/no_such_code");
  assert.deepEqual([unknown.status, unknown.body.code], [404, "not_found"]);
});

Deno.test("who comes without a path is sent to the reference", async () => {
  const { status, headers } = await new TestGateway().send("GET", "/");
  assert.deepEqual([status, headers.get("location")], [302, "/reference"]);
});

Deno.test("no block of code is empty, and bytes have no table of fields", async () => {
  const { text } = await read("/reference");
  assert.doesNotMatch(text, /<pre><code>\s*<\/code><\/pre>/);
  const [, frames = ""] = text.split('<section class="operation" id="sendFrame">');
  const [section = ""] = frames.split("</section>");
  assert.match(section, /<h4>Body<\/h4><p><code>application\/vnd\.edgebook\.frame<\/code>/);
  assert.match(section, /href="\/errors\/invalid_frame"/);
  assert.doesNotMatch(section, /href="\/errors\/(malformed_json|missing_field)"/);
});
