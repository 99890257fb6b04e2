/**
 * The command lines of the `nats` tool that stand in infra/nats/README.md, as a shell and the tool read
 * them. The tool itself is in no package repository that the tests install from.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readmeBlocks } from "./readme_examples.ts";

/** What the tool sends answers to where nothing else is asked for. */
const INBOX_PREFIX = "_INBOX";
/** The flags that the tool and these tests know, each with a value. */
const FLAGS = ["--server", "--creds", "--inbox-prefix"] as const;
/** Names of the tool's commands, each with the one that they are short for. */
const COMMANDS: Readonly<Record<string, CommandLine["command"]>> = {
  sub: "subscribe",
  subscribe: "subscribe",
  req: "request",
  request: "request",
};
/** Prints each of its arguments, with a zero behind it. */
const STUB = `#!/bin/sh\nprintf '%s\\0' "$@"\n`;

/** A command line. */
export interface CommandLine {
  readonly command: "subscribe" | "request";
  readonly subject: string;
  readonly server: string;
  /** Path of a file. */
  readonly creds: string;
  readonly inboxPrefix: string;
}

/** The blocks of the page that call the tool. */
export async function natsBlocks(): Promise<string[]> {
  return (await readmeBlocks("sh")).filter((block) => /^nats /m.test(block));
}

/** Has a shell read a block, with this directory for its `DIR`. */
export async function readCommandLine(block: string, directory: string): Promise<CommandLine> {
  const tools = await Deno.makeTempDir({ prefix: "edgebook-nats-tool-" });
  try {
    await Deno.writeTextFile(`${tools}/nats`, STUB, { mode: 0o755 });
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-ec", block.replaceAll("DIR/", `${directory}/`)],
      env: { PATH: `${tools}:${Deno.env.get("PATH")}` },
    }).output();
    const decoder = new TextDecoder();
    assert.equal(decoder.decode(stderr), "");
    assert.equal(code, 0);
    return parse(decoder.decode(stdout).split("\0").slice(0, -1));
  } finally {
    await Deno.remove(tools, { recursive: true });
  }
}

function parse(words: readonly string[]): CommandLine {
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word.startsWith("-")) rest.push(word);
    else {
      assert.ok(FLAGS.some((flag) => flag === word), `no flag ${word}`);
      values.set(word, words[++at]);
    }
  }
  const [name, subject, ...payload] = rest;
  const command = COMMANDS[name];
  assert.ok(command !== undefined, `no command ${name}`);
  assert.ok(payload.length <= (command === "request" ? 1 : 0), `too much: ${payload}`);
  const [server, creds] = ["--server", "--creds"].map((flag) => values.get(flag));
  assert.ok(server !== undefined && creds !== undefined && subject !== undefined);
  const inboxPrefix = values.get("--inbox-prefix") ?? INBOX_PREFIX;
  return { command, subject, server, creds, inboxPrefix };
}
