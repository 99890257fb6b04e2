import assert from "node:assert/strict";
import { ACCOUNT_COMMANDS } from "../../../workers/operator/account_commands.ts";
import type { AdminSession, Outcome } from "../../../workers/operator/admin_command.ts";
import { UsageError } from "../../../workers/operator/command_line.ts";

/** Runs a command of accounts and returns what it sent and what it says. */
async function run(
  words: string,
  options: Readonly<Record<string, string>> = {},
): Promise<{ readonly sent: unknown; readonly outcome: Outcome }> {
  let sent: unknown;
  const send = (command: unknown) => {
    sent = command;
    return Promise.resolve({ sequence: 12 });
  };
  const session = { client: () => Promise.resolve({ send }) } as unknown as AdminSession;
  const command = ACCOUNT_COMMANDS.find((one) => one.words === words);
  assert.ok(command);
  const outcome = await command.run(session, ["7"], options);
  return { sent, outcome };
}

Deno.test("accounts: without the option an account stays in its trade group", async () => {
  for (const [word, enabled] of [["open", true], ["enable", true], ["disable", false]] as const) {
    const { sent, outcome } = await run(`accounts ${word}`);
    assert.deepEqual(sent, { kind: "account", account: 7, enabled, tradeGroup: 0 });
    const status = enabled ? "enabled" : "disabled";
    assert.equal(outcome.text, `account 7 is ${status}`);
    assert.deepEqual(outcome.json, { account: "7", status, sequence: "12" });
  }
});

Deno.test("accounts: --trade-group puts an account into a group, 0 takes it out of its own", async () => {
  const into = await run("accounts enable", { "trade-group": "4294967294" });
  assert.deepEqual(into.sent, {
    kind: "account",
    account: 7,
    enabled: true,
    tradeGroup: 4_294_967_294,
  });
  assert.equal(into.outcome.text, "account 7 is enabled, in trade group 4294967294");
  const out = await run("accounts disable", { "trade-group": "0" });
  assert.deepEqual(out.sent, {
    kind: "account",
    account: 7,
    enabled: false,
    tradeGroup: 2 ** 32 - 1,
  });
  assert.equal(out.outcome.text, "account 7 is disabled, in no trade group");
  assert.deepEqual(out.outcome.json, {
    account: "7",
    status: "disabled",
    tradeGroup: null,
    sequence: "12",
  });
});

Deno.test("accounts: what is no trade group is refused before anything is sent", async () => {
  for (const text of ["4294967295", "-1", "1.5", "desk", ""]) {
    await assert.rejects(
      async () => await run("accounts open", { "trade-group": text }),
      UsageError,
    );
  }
});
