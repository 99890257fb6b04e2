/**
 * `deno task start --demo` with real processes: a live market that a user can trade in.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  eventually,
  runTask,
  StartedMarket,
  withDataDirectory,
} from "../supervisor/started_market.ts";

interface Depth {
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}

async function read<T>(gateway: string, path: string): Promise<T | undefined> {
  try {
    const response = await fetch(gateway + path, { signal: AbortSignal.timeout(5_000) });
    const json = await response.json();
    return response.ok ? json as T : undefined;
  } catch {
    return undefined;
  }
}

/** Number of the last trade of a symbol, 0 where there is none yet. */
async function lastTrade(gateway: string, symbol: string): Promise<number> {
  const found = await read<{ trades: { tradeId: string }[] }>(
    gateway,
    `/v1/trades?symbol=${symbol}`,
  );
  return Number(found?.trades[0]?.tradeId ?? 0);
}

Deno.test("demo: both instruments are quoted and trade, also after kill -9 of the gateway", () =>
  withDataDirectory(async (data, keep) => {
    const { market, line } = await StartedMarket.start(data, ["--demo"]);
    keep(market);
    const { gateway } = line;
    assert.deepEqual(line.keys.map(({ account }) => account), ["1", "2", "admin"]);
    for (const symbol of ["BTC-USD", "ETH-USD"]) {
      const depth = await eventually(`quotes of ${symbol}`, async () => {
        const found = await read<Depth>(gateway, `/v1/depth?symbol=${symbol}&levels=20`);
        return found !== undefined && found.bids.length >= 4 && found.asks.length >= 4
          ? found
          : undefined;
      });
      assert.ok(Number(depth.bids[0][0]) < Number(depth.asks[0][0]), "the book is not crossed");
      await eventually(
        `a trade of ${symbol}`,
        async () => await lastTrade(gateway, symbol) > 0 ? true : undefined,
      );
    }
    const old = market.pidOf("gateway");
    const before = await lastTrade(gateway, "BTC-USD");
    Deno.kill(old, "SIGKILL");
    await eventually(
      "trading after the gateway's death",
      async () => await lastTrade(gateway, "BTC-USD") > before ? true : undefined,
    );
    const replayed = await runTask("replay", ["--verify", "--json", "--data", data]);
    assert.equal(JSON.parse(replayed.stdout).ok, true, "compared while orders keep coming");
    assert.equal((await market.end("SIGTERM")).code, 0);

    // Without --demo nobody else trades: what the traders left is taken off the book.
    const quiet = await StartedMarket.start(data);
    keep(quiet.market);
    for (const symbol of ["BTC-USD", "ETH-USD"]) {
      const path = `/v1/depth?symbol=${symbol}&levels=20`;
      const { bids, asks } = await eventually(
        "depth",
        () => read<Depth>(quiet.line.gateway, path),
      );
      assert.deepEqual([bids, asks], [[], []]);
    }
    assert.equal((await quiet.market.end("SIGTERM")).code, 0);
  }));

Deno.test("demo: quotes that a killed demo left are taken off the book by the next start", () =>
  withDataDirectory(async (data, keep) => {
    const { market } = await StartedMarket.start(data, ["--demo"]);
    keep(market);
    // The whole market dies at once: nobody has time to cancel.
    const pids = ["demo", "gateway", "matching", "nats"].map((name) => market.pidOf(name));
    await market.end("SIGKILL");
    for (const pid of pids) Deno.kill(pid, "SIGKILL");
    const quiet = await StartedMarket.start(data);
    keep(quiet.market);
    const depth = await eventually(
      "depth",
      () => read<Depth>(quiet.line.gateway, "/v1/depth?symbol=BTC-USD&levels=20"),
    );
    assert.deepEqual([depth.bids, depth.asks], [[], []]);
    assert.equal((await quiet.market.end("SIGTERM")).code, 0);
    assert.match(await quiet.market.stderr, /account 101 of the demo left orders in the book/);
  }));
