/**
 * A subscriber in another language: the C program of infra/nats/README.md, taken from there,
 * compiled against Debian's libnats and run against a real server.
 *
 * @module
 */
import assert from "node:assert/strict";
import { signal } from "../../infra/nats/server_process.ts";
import { aptInstall } from "../../infra/provision/install_package.ts";
import { thisSystem } from "../../infra/provision/system.ts";
import { OutputReader, readmeProgram } from "../infra/nats/readme_examples.ts";
import { withNats } from "../infra/nats/temporary_nats.ts";

/**
 * Times that the program is started: libnats 3.4.1 signs one nonce of some three hundred wrongly, and
 * is refused with an "Authentication Violation".
 */
const STARTS_MAX = 4;

const PACKAGES = ["gcc", "libc6-dev", "libnats-dev"];

async function compile(source: string, program: string): Promise<void> {
  const system = thisSystem();
  const cc = () =>
    system.run("gcc", ["-Wall", "-Wextra", "-Werror", "-o", program, source, "-lnats"]);
  let result = await cc();
  if (result.code !== 0) {
    // The compiler or the library is missing: install both, saying so, and try once more.
    const failure = await aptInstall(system, PACKAGES, console.error);
    assert.equal(
      failure,
      undefined,
      `${failure}\nInstall them:  apt-get install ${PACKAGES.join(" ")}`,
    );
    result = await cc();
  }
  assert.equal(result.code, 0, result.output);
}

/** Starts the program until it says that it has subscribed. */
async function subscribed(program: string, args: string[]) {
  for (let start = 1;; start++) {
    const child = new Deno.Command(program, { args, stdout: "piped", stderr: "inherit" }).spawn();
    const output = new OutputReader(child.stdout);
    try {
      await output.until(`subscribed to ${args.at(-1)}\n`);
      return { child, output };
    } catch (error) {
      await child.status;
      await output.close();
      if (start === STARTS_MAX) throw error;
    }
  }
}

/** Runs the program to its end; once more where its signature was wrong. */
async function signedIn(program: string, args: string[]) {
  for (let start = 1;; start++) {
    const result = await thisSystem().run(program, args);
    if (!/Authentication Violation/.test(result.output) || start === STARTS_MAX) return result;
  }
}

Deno.test("the README's C program sees what is published, and is refused what is not public", async () => {
  await withNats(async ({ server, connectAs, dataDirectory }) => {
    const program = `${dataDirectory}/subscribe`;
    await Deno.writeTextFile(`${program}.c`, await readmeProgram("c"));
    await compile(`${program}.c`, program);
    const creds = `${dataDirectory}/nats/creds/subscriber.creds`;
    const subject = "md.BTC-USD.trades.json";

    const { child, output } = await subscribed(program, [server.url, creds, subject]);
    try {
      const marketData = await connectAs("marketData");
      marketData.publish(subject, '{"symbol":"BTC-USD","sequence":"1"}');
      marketData.publish("md.ETH-USD.trades.json", '{"symbol":"ETH-USD"}');
      marketData.publish(subject, '{"symbol":"BTC-USD","sequence":"2","prevSequence":"1"}');
      const text = await output.until('"prevSequence":"1"}\n');
      assert.deepEqual(text.split("\n"), [
        `subscribed to ${subject}`,
        `${subject} {"symbol":"BTC-USD","sequence":"1"}`,
        `${subject} {"symbol":"BTC-USD","sequence":"2","prevSequence":"1"}`,
        "",
      ]);
    } finally {
      signal(child, "SIGKILL");
      await child.status;
      await output.close();
    }

    for (const forbidden of ["orders.0", "user.1.reports", "_INBOX.>"]) {
      const { code, output } = await signedIn(program, [server.url, creds, forbidden]);
      assert.equal(code, 1, output);
      assert.match(output, /Permissions Violation/i);
    }
    const anonymous = `${dataDirectory}/empty.creds`;
    await Deno.writeTextFile(anonymous, "");
    assert.equal((await thisSystem().run(program, [server.url, anonymous, subject])).code, 1);
  });
});
