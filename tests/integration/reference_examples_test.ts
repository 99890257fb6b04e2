/**
 * A reader of the reference, who copies what stands there: the shell function, the first steps, the
 * example of every operation and the program that streams, out of the served page and against the
 * gateway that serves it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { OpenApiContract } from "../support/open_api_contract.ts";
import {
  eventually,
  type ReadyLine,
  StartedMarket,
  withDataDirectory,
} from "../workers/supervisor/started_market.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STATUS_MARK = "status:";

/** Text out of HTML. */
const plain = (markup: string): string =>
  markup.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");

/** The blocks of code of a part of the page. */
const blocksOf = (markup: string): string[] =>
  [...markup.matchAll(/<pre><code>([^]*?)<\/code><\/pre>/g)].map(([, code = ""]) => plain(code));

/** The one block that has a text. */
function blockWith(blocks: readonly string[], text: string): string {
  const found = blocks.filter((block) => block.includes(text));
  assert.equal(found.length, 1, `one block has ${text}`);
  return found[0] ?? "";
}

/** The page, and a shell with its function. */
class Reader {
  readonly blocks: readonly string[];

  constructor(readonly line: ReadyLine, readonly page: string) {
    this.blocks = blocksOf(page.slice(0, page.indexOf('<section class="operation"')));
  }

  /** Runs commands as an account; a status and a body a command. */
  async run(commands: string, account = "1"): Promise<{ status: number; text: string }[]> {
    const key = this.line.keys.find((one) => one.account === account);
    assert.ok(key !== undefined);
    const script = [
      `curl() { command curl -w '\\n${STATUS_MARK}%{http_code}\\n' "$@"; }`,
      blockWith(this.blocks, "edgebook() {"),
      commands,
    ].join("\n");
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-e", "-c", script],
      env: {
        EDGEBOOK_URL: this.line.gateway,
        EDGEBOOK_KEY: key.key,
        EDGEBOOK_SECRET: key.secret,
      },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const output = new TextDecoder().decode(stdout);
    return [...output.matchAll(/([^]*?)\nstatus:(\d+)\n+/g)].map(([, text = "", status]) => ({
      status: Number(status),
      text,
    }));
  }

  /** The first block of code of an operation's section: how it is called. */
  exampleOf(operationId: string): string {
    const [, section = ""] = this.page.split(`<section class="operation" id="${operationId}">`);
    return blocksOf(section)[0] ?? "";
  }
}

/** The example of every operation is taken, about an order that is there. */
async function runExamples(reader: Reader): Promise<void> {
  const contract = await OpenApiContract.of(reader.line.gateway);
  let count = 0;
  for (const operation of contract.operations) {
    const { operationId } = operation;
    const name = `example-${++count}`;
    const [placed] = operationId === "placeOrder" ? [] : await reader.run(
      reader.exampleOf("placeOrder").replace("first-buy", name),
    );
    const orderId = placed === undefined ? "" : JSON.parse(placed.text).orderId;
    const command = reader.exampleOf(operationId)
      .replaceAll("first-buy", name).replace(/(?<=\/v1\/orders\/)1(?= |$)/, orderId);
    const account = operation["x-edgebook-scope"] === "admin" ? "admin" : "1";
    const [answer] = await reader.run(command, account);
    assert.ok(answer !== undefined, command);
    assert.ok(answer.status < 300, `${command}\n${answer.status} ${answer.text}`);
    const content = operation.responses[answer.status]?.content ?? {};
    const [type = ""] = Object.keys(content);
    if (!type.endsWith("json")) continue;
    const at = ["paths", operation.path, operation.method.toLowerCase(), "responses"];
    const schema = [...at, String(answer.status), "content", type, "schema"];
    contract.check(schema, JSON.parse(answer.text), command);
  }
}

/** The program that streams sees an order that is placed meanwhile. */
async function stream(reader: Reader, directory: string): Promise<void> {
  const [minted] = await reader.run(reader.exampleOf("createStreamCredentials"));
  assert.equal(minted?.status, 201);
  const program = blockWith(reader.blocks, "minted.inboxPrefix");
  const path = `${directory}/stream.ts`;
  const tokens = [
    `const minted = JSON.parse(await Deno.readTextFile("${directory}/minted.json"));`,
    "const show = (value: unknown) => console.log(JSON.stringify(value));",
  ];
  await Deno.writeTextFile(`${directory}/minted.json`, minted.text);
  await Deno.writeTextFile(path, [...tokens, program].join("\n"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--config", `${ROOT}deno.json`, "--allow-net", "--allow-read", path],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let seen = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) seen += decoder.decode(bytes, { stream: true });
  })();
  try {
    await eventually("a snapshot", () => seen.includes('"bids"') || undefined);
    const order = reader.exampleOf("placeOrder").replace("first-buy", "streamed")
      .replace("40000.00", "40200.00");
    await reader.run(order);
    await eventually("a report", () => /"kind":"accepted".*streamed/.test(seen) || undefined);
    await eventually("a best bid", () => seen.includes('"bid":["40200.00"') || undefined);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await reading;
    await errors;
  }
}

Deno.test("what stands in the reference can be copied: first steps, examples, stream", async () => {
  await withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data);
    keep(market);
    const page = await (await fetch(`${line.gateway}/reference`)).text();
    const reader = new Reader(line, page);
    const steps = await reader.run(blockWith(reader.blocks, "hello-1"));
    const told = steps.map(({ status, text }) => [status, JSON.parse(text).status]);
    assert.deepEqual(told, [[201, "new"], [200, "new"], [200, "new"], [200, "canceled"]]);
    await runExamples(reader);
    await stream(reader, data);
  });
});
