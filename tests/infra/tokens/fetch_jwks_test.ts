import assert from "node:assert/strict";
import {
  fetchJwks,
  JWKS_BYTES_MAX,
  JWKS_FETCH_MILLIS_MAX,
  JWKS_KEYS_MAX,
  JwksError,
} from "../../../infra/tokens/fetch_jwks.ts";
import { TokenSigner } from "../../support/token_issuer.ts";

/** A server of this test on a free port; each path answers in its own way. */
async function withServer(
  answers: Readonly<Record<string, () => Response | Promise<Response>>>,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      answers[new URL(request.url).pathname]?.() ?? new Response("no such path", { status: 404 }),
  );
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

const refused = (message: RegExp) => (error: unknown): boolean =>
  error instanceof JwksError && message.test(error.message);

Deno.test("a set is read, and finds its keys by id and algorithm", async () => {
  const [one, other] = await Promise.all([
    TokenSigner.make("ES256", "one"),
    TokenSigner.make("EdDSA", "other"),
  ]);
  const set = { keys: [one.jwk, other.jwk, { kty: "unheard-of" }, { kty: "oct", k: "AA" }] };
  await withServer({ "/jwks": () => Response.json(set) }, async (url) => {
    const { text, find } = await fetchJwks(`${url}/jwks`);
    assert.deepEqual(JSON.parse(text), set);
    const found = await find({ alg: "ES256", kid: "one" });
    assert.equal(found.algorithm.name, "ECDSA");
    assert.equal(await find({ alg: "ES256", kid: "one" }), found, "imported once");
    assert.equal((await find({ alg: "EdDSA", kid: "other" })).algorithm.name, "Ed25519");
    for (
      const header of [
        { alg: "EdDSA", kid: "one" },
        { alg: "ES256", kid: "two" },
        { alg: "HS256", kid: "one" },
        { alg: "HS256" },
      ]
    ) await assert.rejects(find(header), JSON.stringify(header));
  });
});

Deno.test("what is no set is refused, with the server named and nothing of what came", async () => {
  const many = { keys: new Array(JWKS_KEYS_MAX + 1).fill({ kty: "EC" }) };
  const answers = {
    "/status": () => new Response("private", { status: 500 }),
    "/text": () => new Response("private"),
    "/array": () => Response.json([]),
    "/null": () => Response.json(null),
    "/keys": () => Response.json({ keys: ["private"] }),
    "/many": () => Response.json(many),
    "/large": () => new Response(" ".repeat(JWKS_BYTES_MAX + 1)),
    "/moved": () => new Response(null, { status: 302, headers: { location: "/status" } }),
  };
  await withServer(answers, async (url) => {
    const host = new URL(url).host.replaceAll(".", "\\.");
    const cases = [
      ["/status", "the server answered 500"],
      ["/none", "the server answered 404"],
      ["/text", "what came is no JSON"],
      ["/array", "what came is no key set"],
      ["/null", "what came is no key set"],
      ["/keys", "what came is no key set"],
      ["/many", `${JWKS_KEYS_MAX + 1} keys; it takes ${JWKS_KEYS_MAX}`],
      ["/large", `more than ${JWKS_BYTES_MAX} bytes`],
      ["/moved", "the server gave no answer \\(TypeError\\)"],
    ];
    for (const [path, message] of cases) {
      const expected = new RegExp(`^key set of ${host}: ${message}$`);
      await assert.rejects(fetchJwks(url + path), refused(expected), path);
    }
  });
});

Deno.test("a server that does not answer, or not to the end, is waited for so long", async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => release = resolve);
  const answers = {
    "/silent": () => held.then(() => new Response("late")),
    "/half": () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('{"keys":[')),
        }),
      ),
  };
  await withServer(answers, async (url) => {
    const began = performance.now();
    await Promise.all(
      ["/silent", "/half"].map((path) =>
        assert.rejects(fetchJwks(url + path), refused(/gave no answer \(TimeoutError\)/), path)
      ),
    );
    const took = performance.now() - began;
    assert.ok(took >= JWKS_FETCH_MILLIS_MAX - 50 && took < 2 * JWKS_FETCH_MILLIS_MAX, `${took} ms`);
    release();
  });
});

Deno.test("an address that may not be used is not even asked", async () => {
  await assert.rejects(fetchJwks("http://192.0.2.1/jwks"), refused(/192\.0\.2\.1: http: is taken/));
  await assert.rejects(fetchJwks("data:application/json,{}"), refused(/data: is not taken/));
});
