import assert from "node:assert/strict";
import { AdministrationError } from "../../../infra/administration/errors.ts";
import type { AdminSession, Outcome } from "../../../workers/operator/admin_command.ts";
import { UsageError } from "../../../workers/operator/command_line.ts";
import { TERMS_COMMANDS } from "../../../workers/operator/terms_commands.ts";
import { MemoryExchange } from "../../routes/memory_exchange.ts";

/** A command that was sent, and under which name. */
interface Sent {
  readonly command: Readonly<Record<string, unknown>>;
  readonly once: string;
}

const [command] = TERMS_COMMANDS;
const [there] = new MemoryExchange().reference.all();

/** Runs `instruments change` on a market that takes it, or refuses it so. */
async function change(
  options: Record<string, string>,
  refusal?: readonly [code: number, limit: number, value: number],
): Promise<{ readonly outcome: Outcome; readonly sent: readonly Sent[] }> {
  const sent: Sent[] = [];
  const send = (one: Sent["command"], once: string) => {
    sent.push({ command: one, once });
    return refusal === undefined
      ? Promise.resolve({ sequence: 12 })
      : Promise.reject(new AdministrationError("instrumentTerms", ...refusal, null));
  };
  const session = {
    client: () => Promise.resolve({ send }),
    instrument: () => Promise.resolve(there),
  } as unknown as AdminSession;
  return { outcome: await command.run(session, ["BTC-USD"], options), sent };
}

Deno.test("instruments change: sends what is named, and says before and after", async () => {
  const { outcome, sent } = await change({ "taker-ppm": "400", "price-max": "900000" });
  assert.deepEqual(sent[0].command, {
    kind: "instrumentTerms",
    instrument: 1,
    from: { takerFeePpm: 500, priceTicksMax: 100_000_000 },
    to: { takerFeePpm: 400, priceTicksMax: 90_000_000 },
  });
  assert.equal(
    outcome.text,
    "BTC-USD: taker fee (ppm) 500 to 400\nBTC-USD: highest price 1000000.00 to 900000.00",
  );
  const before = {
    makerFeePpm: 100,
    takerFeePpm: 500,
    collarPpm: 50_000,
    priceMax: "1000000.00",
    quantityMax: "9000.0000",
  };
  const after = { ...before, takerFeePpm: 400, priceMax: "900000.00" };
  assert.deepEqual(outcome.json, { symbol: "BTC-USD", before, after, sequence: "12" });
  const again = await change({ "taker-ppm": "400" });
  assert.notEqual(again.sent[0].once, sent[0].once, "two are two");
});

Deno.test("instruments change: every option is a term of its own", async () => {
  const options = {
    "maker-ppm": "0",
    "taker-ppm": "1",
    "collar-ppm": "2",
    "price-max": "3",
    "quantity-max": "4",
  };
  assert.deepEqual(Object.keys(command.options), Object.keys(options));
  const { sent } = await change(options);
  assert.deepEqual(sent[0].command.to, {
    makerFeePpm: 0,
    takerFeePpm: 1,
    collarPpm: 2,
    priceTicksMax: 300,
    quantityLotsMax: 40_000,
  });
});

Deno.test("instruments change: what cannot be is refused by its option, before anything is sent", async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{}, /^nothing to change; it takes at least one of --maker-ppm, /],
    [{ "maker-ppm": "100001" }, /^--maker-ppm "100001" is not allowed; .* 0 to 100000$/],
    [{ "collar-ppm": "0" }, /^--collar-ppm "0" is not allowed; .* 1 to 1000000$/],
    [{ "taker-ppm": "0.5" }, /^--taker-ppm "0.5"/],
    [{ "price-max": "1.005" }, /^--price-max "1.005" has more than the 2 decimals/],
    [{ "quantity-max": "10000" }, /^--quantity-max is too large: with this --price-max at most/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(change(options), (error) => {
      assert.ok(error instanceof UsageError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("instruments change: what the core refuses is said in words and units", async () => {
  const options = { "taker-ppm": "600", "price-max": "900000" };
  await assert.rejects(
    change(options, [607, 500, 600]),
    /orders_rest: orders rest that .* only while no buy rests.*; deno task admin kill BTC-USD /,
  );
  await assert.rejects(
    change(options, [608, 550, 500]),
    /terms_changed: taker fee \(ppm\) is 550 and not 500 any more; /,
  );
  await assert.rejects(
    change(options, [608, 12_300, 100_000_000]),
    /terms_changed: highest price is 123.00 and not 1000000.00 any more; /,
  );
  await assert.rejects(change(options, [200, 5, 0]), AdministrationError);
});
