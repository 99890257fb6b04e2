import assert from "node:assert/strict";
import type { AdminSession, Outcome } from "../../../workers/operator/admin_command.ts";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { KILL_COMMANDS } from "../../../workers/operator/kill_commands.ts";

/** A command that was sent, and under which name. */
interface Sent {
  readonly command: Readonly<Record<string, unknown>>;
  readonly once: string;
}

/** Runs `kill` on a market that cancels two orders by every command, and is empty after `cancels`. */
async function kill(target: string, cancels = 1): Promise<{ sent: Sent[]; outcome: Outcome }> {
  const sent: Sent[] = [];
  const send = (command: Sent["command"], once: string) => {
    sent.push({ command, once });
    const left = sent.filter((one) => one.command.kind === "cancelInstrument").length < cancels;
    return Promise.resolve({ sequence: 12, executedLots: 2, leavesLots: left ? 1 : 0 });
  };
  const session = {
    client: () => Promise.resolve({ send }),
    instrument: (symbol: string) =>
      symbol === "BTC-USD"
        ? Promise.resolve({ instrument: 3, symbol })
        : Promise.reject(new UsageError(`there is no instrument ${symbol}`)),
  } as unknown as AdminSession;
  const [command] = KILL_COMMANDS;
  return { outcome: await command.run(session, [target], {}), sent };
}

Deno.test("kill: a number is an account, which is disabled before its orders are canceled", async () => {
  const { outcome, sent } = await kill("7");
  assert.deepEqual(sent.map(({ command }) => command), [
    { kind: "account", account: 7, enabled: false, tradeGroup: 0 },
    { kind: "cancelAccount", account: 7, instrument: 0 },
  ]);
  assert.equal(
    outcome.text,
    "account 7 is disabled, 2 orders were canceled; undo with: deno task admin accounts enable 7",
  );
});

Deno.test("kill: a symbol is halted and emptied, and the text says how it trades again", async () => {
  const { outcome, sent } = await kill("BTC-USD", 3);
  assert.deepEqual(sent.map(({ command }) => command), [
    { kind: "tradingStatus", instrument: 3, trading: false },
    ...Array(3).fill({ kind: "cancelInstrument", instrument: 3 }),
  ]);
  assert.equal(new Set(sent.map(({ once }) => once)).size, 4, "no two have one name");
  assert.equal(
    outcome.text,
    "BTC-USD is halted, 6 orders were canceled; undo with: deno task admin resume BTC-USD; " +
      "the orders do not come back",
  );
  assert.deepEqual(outcome.json, { symbol: "BTC-USD", status: "halted", canceled: 6 });
});

Deno.test("kill: two kills are two, whatever they are of", async () => {
  const [one, other] = [await kill("BTC-USD"), await kill("BTC-USD")];
  assert.notEqual(one.sent[0].once, other.sent[0].once);
});

Deno.test("kill: what is neither is refused before anything is sent", async () => {
  const refusals = [
    ["ALL", /it takes an account's number, a symbol such as BTC-USD, or all$/],
    ["BTCUSD", /^kill "BTCUSD" is not understood/],
    ["", /is not understood/],
    ["0", /a whole number from 1 to 1048575/],
    ["1048576", /a whole number from 1 to 1048575/],
    ["DOGE-USD", /there is no instrument DOGE-USD/],
  ] as const;
  for (const [target, message] of refusals) {
    await assert.rejects(kill(target), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  }
});
