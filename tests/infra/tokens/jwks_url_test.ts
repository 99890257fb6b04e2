import assert from "node:assert/strict";
import { jwksUrlProblem } from "../../../infra/tokens/jwks_url.ts";

Deno.test("a key set comes by https, or by http from this machine", () => {
  const good = [
    "https://id.example/.well-known/jwks.json",
    "https://id.example:8443/keys?x=1",
    "http://127.0.0.1:9000/jwks",
    "http://127.1.2.3/jwks",
    "http://localhost:9000/jwks",
    "http://[::1]:9000/jwks",
  ];
  for (const url of good) assert.equal(jwksUrlProblem(url), null, url);
});

Deno.test("from elsewhere, and by any other way, it does not", () => {
  const cases: readonly [string, RegExp][] = [
    ["http://id.example/jwks", /http: is taken to this machine alone/],
    ["http://127.0.0.1.id.example/jwks", /this machine alone/],
    ["http://localhost.id.example/jwks", /this machine alone/],
    ["http://10.0.0.1/jwks", /this machine alone/],
    ["http://[::2]/jwks", /this machine alone/],
    ["file:///etc/passwd", /file: is not taken/],
    ["data:application/json,{}", /data: is not taken/],
    ["ftp://id.example/jwks", /ftp: is not taken/],
    ["https://user:word@id.example/jwks", /no user and no password/],
    ["id.example/jwks", /not a URL/],
    ["", /not a URL/],
  ];
  for (const [url, problem] of cases) assert.match(jwksUrlProblem(url) ?? "nothing", problem, url);
});
