/**
 * The house rules that a linter of single files cannot see. The lengths of files and functions,
 * docstrings, names and layers are lint rules: see `infra/lint`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { importCircles } from "./runner/import_circles.ts";
import { headingAnchors, namedTasks, relativeLinks } from "./runner/markdown.ts";
import { readTrackedFiles } from "./runner/tracked_files.ts";

const FOLDERS: readonly string[] = [".ci", "bench", "core", "infra", "routes", "tests", "workers"];
const ROOT_FILES: readonly string[] = [".gitignore", "LICENSE", "deno.json", "deno.lock"];

const files = await readTrackedFiles();
const texts = files.filter((file) => file.text !== undefined) as { path: string; text: string }[];
const markdown = texts.filter((file) => file.path.endsWith(".md"));
const paths = new Set(files.map((file) => file.path));

/** Each place where a pattern matches, as `path:line: text`. */
function matches(pattern: RegExp, among = texts): string[] {
  return among.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const found = pattern.exec(line);
      return found === null ? [] : [`${path}:${index + 1}: ${found[0]}`];
    })
  );
}

/** The folders that hold a path, so that a link may lead to one. */
function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

const folders = new Set(["", ".", ...files.flatMap((file) => foldersOf(file.path))]);

Deno.test("tidy: the top level holds the agreed folders and root files, and nothing else", () => {
  const strangers = files.map((file) => file.path).filter((path) =>
    path.includes("/")
      ? !FOLDERS.includes(path.split("/")[0] ?? "")
      : !ROOT_FILES.includes(path) && !path.endsWith(".md")
  );
  assert.deepEqual(strangers, []);
  for (const file of ROOT_FILES) assert.ok(paths.has(file), `${file} is missing`);
});

Deno.test("tidy: the entry of CI can be executed", () => {
  assert.equal(files.find((file) => file.path === ".ci/run")?.executable, true);
});

Deno.test("tidy: no file names a path of the machine that it was written on", () => {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const home = Deno.env.get("HOME");
  assert.deepEqual(
    matches(/(?:^|[\s"'`(=:])(?:\/home\/|\/Users\/|\/root\/|[A-Z]:\\Users\\)\w/),
    [],
  );
  for (const place of [root, home]) {
    // "/" and "/x" are too short to tell a path of this machine from a word.
    if (place === undefined || place.split("/").filter(Boolean).length < 2) continue;
    assert.deepEqual(texts.filter((file) => file.text.includes(place)).map(({ path }) => path), []);
  }
});

Deno.test("tidy: no file names the host of a package registry, the lock file least of all", () => {
  const registry = /registry\.[a-z]+[.a-z]*\.[a-z]{2,}|npm\.pkg\.github/i;
  assert.deepEqual(matches(registry), []);
  assert.deepEqual(
    matches(/https?:\/\/\S+/, texts.filter((file) => file.path.endsWith("deno.lock"))),
    [],
  );
});

Deno.test("tidy: every relative link in Markdown leads somewhere", () => {
  const broken: string[] = [];
  for (const { path, text } of markdown) {
    for (const link of relativeLinks(text)) {
      const [file = "", anchor] = decodeURI(link).split("#");
      const target = file === "" ? path : posix.join(posix.dirname(path), file).replace(/\/$/, "");
      const there = paths.has(target) || folders.has(target);
      const heading = texts.find((one) => one.path === target && target.endsWith(".md"));
      const anchored = anchor === undefined || heading === undefined ||
        headingAnchors(heading.text).has(anchor);
      if (!there || !anchored) broken.push(`${path}: ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("tidy: every task that a text names is there, and every task's file is", () => {
  const tasks: Record<string, string | { command: string }> = config.tasks;
  const unknown = texts
    .filter(({ path }) => /\.(md|ts|json)$/.test(path) && !path.startsWith("tests/runner/"))
    .flatMap(({ path, text }) => namedTasks(text).map((task) => ({ path, task })))
    .filter(({ task }) => !Object.hasOwn(tasks, task))
    .map(({ path, task }) => `${path}: deno task ${task}`);
  assert.deepEqual(unknown, []);

  const missing = Object.entries(tasks).flatMap(([name, task]) => {
    const command = typeof task === "string" ? task : task.command;
    return command.split(" ")
      .filter((word) => word.endsWith(".ts") && !paths.has(word))
      .map((file) => `deno task ${name}: ${file}`);
  });
  assert.deepEqual(missing, []);
});

Deno.test("tidy: no two files need each other, be it only for a type", () => {
  const modules = texts.filter(({ path }) => path.endsWith(".ts") && !path.startsWith("tests/"));
  assert.deepEqual(importCircles(modules), []);
});

Deno.test("tidy: nothing is left for later, and no test is switched off", () => {
  // Written apart, so that this file does not match itself.
  const later = new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})\\b`);
  const written = texts.filter(({ path }) => !path.endsWith("deno.lock"));
  assert.deepEqual(matches(later, written), []);
  const tests = texts.filter(({ path }) => path.startsWith("tests/"));
  assert.deepEqual(matches(/\bDeno\.test\.(?:ignore|only|skip)\b|\bignore: true\b/, tests), []);
});
