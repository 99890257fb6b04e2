import assert from "node:assert/strict";
import { KeysUnavailableError } from "../../../infra/keys/key_cache.ts";
import { type FetchedKeySet, findIn, JwksError } from "../../../infra/tokens/fetch_jwks.ts";
import {
  KEY_SET_COOLDOWN_MICROS,
  KEY_SET_FRESH_MICROS,
  KEY_SET_KEPT_MICROS,
  KEY_SET_WAITERS_MAX,
  RemoteKeySet,
} from "../../../infra/tokens/remote_key_set.ts";
import { TokenSigner } from "../../support/token_issuer.ts";

const KEYS = await Promise.all(["a", "b", "c"].map((id) => TokenSigner.make("ES256", id)));
const ID = "iss_of_the_test";

/** A server whose set a test changes by hand, and a clock that it moves. */
class Server {
  nowMicros = 1_000_000_000;
  /** Ids of the keys that are published. */
  published = ["a"];
  isDown = false;
  fetches = 0;
  readonly failures: string[] = [];
  #held: Promise<void> | null = null;
  #release = (): void => {};

  readonly set = new RemoteKeySet({
    url: "https://id.example/jwks",
    steadyMicros: () => this.nowMicros,
    onFailure: (error) => this.failures.push(error.message),
    fetchSet: (url) => this.#fetch(url),
  });

  /** From now on fetches wait until {@link release}. */
  hold(): void {
    this.#held = new Promise((resolve) => this.#release = resolve);
  }

  release(): void {
    this.#held = null;
    this.#release();
  }

  async find(kid: string): Promise<string> {
    const found = await this.set.find({ alg: "ES256", kid }, ID);
    return found === null ? "none" : `${kid} of ${found.version}`;
  }

  async #fetch(url: string): Promise<FetchedKeySet> {
    this.fetches++;
    await this.#held;
    if (this.isDown) throw new JwksError(url, "the server answered 503");
    const keys = KEYS.filter(({ keyId }) => this.published.includes(keyId ?? "")).map(({ jwk }) =>
      jwk
    );
    return { text: JSON.stringify(keys), find: findIn({ keys: [...keys] }) };
  }
}

const unavailable = (reason: string) => (error: unknown): boolean =>
  error instanceof KeysUnavailableError && error.reason === reason;
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("a set is fetched when it is first asked for, and not again while it is fresh", async () => {
  const server = new Server();
  assert.equal(server.set.version(), -1);
  await settled();
  assert.equal(server.fetches, 1);
  for (let time = 0; time < 5; time++) assert.equal(await server.find("a"), "a of 1");
  server.nowMicros += KEY_SET_FRESH_MICROS;
  assert.equal(await server.find("a"), "a of 1");
  assert.equal(server.fetches, 1);
});

Deno.test("a key that is new is found by a fetch, and a key that was taken out is gone with it", async () => {
  const server = new Server();
  await server.find("a");
  server.published = ["b"];
  server.nowMicros += KEY_SET_COOLDOWN_MICROS;
  assert.equal(await server.find("b"), "b of 2");
  assert.equal(await server.find("a"), "none");
  assert.equal(server.fetches, 2);
});

Deno.test("invented key ids make one fetch in each cooldown, however many there are", async () => {
  const server = new Server();
  await server.find("a");
  for (let round = 1; round <= 3; round++) {
    server.nowMicros += KEY_SET_COOLDOWN_MICROS;
    const guesses = Array.from({ length: 20 }, (_, n) => server.find(`guess-${round}-${n}`));
    assert.deepEqual(new Set(await Promise.all(guesses)), new Set(["none"]));
    for (let guess = 0; guess < 100; guess++) assert.equal(await server.find("another"), "none");
    assert.equal(server.fetches, 1 + round);
  }
});

Deno.test("a key that the set has waits for no fetch", async () => {
  const server = new Server();
  await server.find("a");
  server.nowMicros += KEY_SET_FRESH_MICROS + 1;
  server.hold();
  assert.equal(await server.find("a"), "a of 1");
  assert.equal(server.fetches, 2, "in the background");
  const unknown = server.find("b");
  assert.equal(await server.find("a"), "a of 1", "also while another one waits");
  server.published = ["a", "b"];
  server.release();
  assert.equal(await unknown, "b of 2");
});

Deno.test("so many wait for a fetch, and no more", async () => {
  const server = new Server();
  server.hold();
  const waiting = Array.from({ length: KEY_SET_WAITERS_MAX }, () => server.find("a"));
  await settled();
  await assert.rejects(server.find("a"), unavailable("busy"));
  server.release();
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set(["a of 1"]));
  assert.equal(await server.find("a"), "a of 1");
});

Deno.test("while its server is down the last set is used, so long and no longer", async () => {
  const server = new Server();
  await server.find("a");
  server.isDown = true;
  server.nowMicros += KEY_SET_KEPT_MICROS;
  assert.equal(await server.find("a"), "a of 1");
  await settled();
  assert.deepEqual(server.failures, ["key set of id.example: the server answered 503"]);
  assert.equal(server.set.version(), 1);
  await assert.rejects(server.find("b"), unavailable("failed"), "it may be published by now");
  server.nowMicros += 1;
  assert.equal(server.set.version(), -1);
  await assert.rejects(server.find("a"), unavailable("failed"));
  assert.equal(server.fetches, 2, "within the cooldown it is not asked again");
  server.isDown = false;
  server.nowMicros += KEY_SET_COOLDOWN_MICROS;
  assert.equal(await server.find("a"), "a of 1", "the same set has the same number");
});

Deno.test("a server that was down from the start is asked again after the cooldown", async () => {
  const server = new Server();
  server.isDown = true;
  await assert.rejects(server.find("a"), unavailable("failed"));
  await assert.rejects(server.find("a"), unavailable("failed"));
  assert.equal(server.fetches, 1);
  server.isDown = false;
  await assert.rejects(server.find("a"), unavailable("failed"));
  server.nowMicros += KEY_SET_COOLDOWN_MICROS;
  assert.equal(await server.find("a"), "a of 1");
});

Deno.test("of several keys that it could be, and of one that is none, a token has none", async () => {
  const server = new Server();
  server.published = ["a", "b"];
  await server.find("a");
  assert.equal(await server.set.find({ alg: "ES256" }, ID), null);
  const broken = new RemoteKeySet({
    url: "https://id.example/jwks",
    steadyMicros: () => 0,
    fetchSet: () =>
      Promise.resolve({
        text: "",
        find: findIn({ keys: [{ kty: "EC", crv: "P-256", x: "AA", kid: "x" }] }),
      }),
  });
  assert.equal(await broken.find({ alg: "ES256", kid: "x" }, ID), null);
});
