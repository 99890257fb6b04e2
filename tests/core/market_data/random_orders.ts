/**
 * Random commands around one price, from a seed: what a market does in a test.
 *
 * @module
 */

import {
  amend,
  buy,
  by,
  cancel,
  cancelAll,
  type Command,
  decrement,
  expireBoth,
  expireMaker,
  expireTaker,
  halt,
  ioc,
  on,
  resume,
  selfTransfer,
  sell,
  setAccount,
} from "../../support/commands.ts";

/** A seed that no run has had, to be told where a test fails. */
export const newSeed = (): number => Math.floor(Math.random() * 2 ** 32);

/** A generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Commands of accounts 1 to 4 on instruments 1 and 2. */
export function randomCommands(random: () => number, count: number): Command[] {
  const below = (most: number) => Math.floor(random() * most);
  const commands: Command[] = [];
  for (let index = 0; index < count; index++) {
    const account = by(1 + below(4));
    const instrument = on(1 + below(2));
    const dice = random();
    if (dice < 0.02) commands.push(cancelAll(account));
    else if (dice < 0.03) commands.push(halt(1 + below(2)), resume(1), resume(2));
    else if (dice < 0.04) commands.push(setAccount(1 + below(4), true, 1 + below(2)));
    else if (dice < 0.2) commands.push(cancel(1 + below(400), account));
    else if (dice < 0.4) {
      const price = random() < 0.5 ? 0 : 5_000 + below(20);
      const quantity = random() < 0.3 ? 0 : 1 + below(50);
      commands.push(amend(1 + below(400), { price, quantity }, account));
    } else {
      const place = random() < 0.5 ? buy : sell;
      const changes =
        [{}, ioc, expireTaker, expireMaker, expireBoth, decrement, selfTransfer, {}][below(8)];
      commands.push(place(1 + below(50), 5_000 + below(20), account, instrument, changes ?? {}));
    }
  }
  return commands;
}
