/**
 * An issuer of bearer tokens for the load, added to a started market as an operator does it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";

const ADMIN = new URL("../../workers/operator/admin_main.ts", import.meta.url).pathname;
const ISSUER = "https://app.edgebook.test";
const AUDIENCE = "edgebook";
const SECRET_BYTES = 32;
/** Longer than the bench takes. */
const TOKEN_SECONDS = 3_600;
/** Accounts that trade with each other in the load. */
const ACCOUNTS = [1, 2] as const;

/** Adds the issuer to the market of a data directory, and makes a token for each account. */
export async function addIssuer(data: string): Promise<string[]> {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, secret);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--allow-all", ADMIN, "issuers", "add", ISSUER, "--data", data],
        ...["--audience", AUDIENCE, "--accounts", "1-2", "--secret-file", file],
      ],
      stdout: "null",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(file);
  }
  return ACCOUNTS.map((account) => tokenFor(account, secret));
}

function tokenFor(account: number, secret: string): string {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: `user-${account}`,
    iat: nowSeconds,
    exp: nowSeconds + TOKEN_SECONDS,
    jti: `token-${account}`,
    edgebook_account: String(account),
    scope: "read trade",
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
