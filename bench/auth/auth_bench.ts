/**
 * `bench:auth`: microseconds to find out who sent a request. An order that is signed with HMAC or
 * Ed25519, a bearer token that is known, and one that nobody has seen; beside `hono/jwt`, `jose` and
 * `node:crypto`. One thread, one after the other. Less is better, the ratio too.
 *
 * @module
 */
import type { BenchResult } from "../result.ts";
import {
  BLOCK,
  type Check,
  firstTokenChecks,
  knownTokenCheck,
  signatureChecks,
} from "./auth_checks.ts";

/** Runs of each check, in turn. The median of all blocks counts: the machine has others to serve. */
const ROUNDS = 7;
const KNOWN_TOKEN_BLOCKS = 1_000;
const FIRST_TOKEN_BLOCKS = 15;

/** What the value, and the first peer, are. */
const VALUE = "HMAC";
const PEERS: readonly string[] = [
  "hono/jwt verify HS256",
  "jose jwtVerify HS256",
  "jose jwtVerify EdDSA",
  "jose jwtVerify ES256",
  "node:crypto createHmac",
];

/** Runs the bench. */
export async function authBench(say: (line: string) => void): Promise<BenchResult> {
  const checks: Check[] = [...await signatureChecks(), await knownTokenCheck(KNOWN_TOKEN_BLOCKS)];
  for (const algorithm of ["HS256", "EdDSA", "ES256"] as const) {
    checks.push(...await firstTokenChecks(algorithm, FIRST_TOKEN_BLOCKS));
  }
  const micros = new Map<string, number[]>();
  let characters = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const check of checks) {
      characters = check.prepare(0)[0]?.length ?? 0;
      const took = await time(check);
      // The round before the first is for the compilers.
      if (round === 0) continue;
      micros.set(check.name, [...micros.get(check.name) ?? [], ...took]);
      say(`round ${round}: ${check.name}: ${median(took).toFixed(2)} us`);
    }
  }
  return summary(micros, characters);
}

/** Microseconds of a check, by the block. */
async function time({ run, prepare, blocks }: Check): Promise<number[]> {
  const took: number[] = [];
  for (let block = 0; block < blocks; block++) {
    const first = block * BLOCK;
    const texts = prepare(first);
    const start = performance.now();
    // What needs no promise makes none.
    const running = run(texts, first);
    if (running instanceof Promise) await running;
    took.push((performance.now() - start) * 1_000 / BLOCK);
  }
  return took;
}

function summary(micros: ReadonlyMap<string, readonly number[]>, characters: number): BenchResult {
  const of = (name: string): number => median(micros.get(name) ?? []);
  const peers = PEERS.map((name) => ({ name, value: of(name) }));
  const value = of(VALUE);
  return {
    name: "auth",
    value,
    unit: "us to verify an order signed with HMAC",
    peers,
    ratio: value / peers[0].value,
    details: {
      "a known bearer token, us": of("known token"),
      "an order signed with Ed25519, us": of("Ed25519"),
      "the first use of an HS256 token, us": of("first HS256 token"),
      "the first use of an EdDSA token, us": of("first EdDSA token"),
      "the first use of an ES256 token, us": of("first ES256 token"),
      "characters of an ES256 token": characters,
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1];
}
