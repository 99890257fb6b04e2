/**
 * `deno task admin issuers ...` and `tokens revoke`: whose JSON Web Tokens are taken, and which not
 * any more. They stand where API keys stand, and every change in the journal first.
 *
 * @module
 */
import { AuditAct } from "../../core/protocol/administration.ts";
import { issuerKeyId, revokedTokenId } from "../../infra/keys/issuer_id.ts";
import { type IssuerRecord, summaryOf } from "../../infra/keys/key_record.ts";
import { jwksUrlProblem } from "../../infra/tokens/jwks_url.ts";
import {
  accountOf,
  type AdminCommand,
  type AdminSession,
  type OptionValues,
  type Outcome,
  table,
} from "./admin_command.ts";
import { UsageError, wholeNumber } from "./command_line.ts";
import { publicKeysOf } from "./jwk_set.ts";
import {
  ADDRESSES_HELP,
  MICROS_PER_HOUR,
  rangesOf,
  scopesOf,
  TIER_HELP,
  tierOf,
} from "./key_options.ts";
import { issuerThere } from "./key_there.ts";
import { OPERATOR, stateOf, timeOf } from "./shown_key.ts";

/** Longest time for which a token's revocation is kept. */
const TOKEN_HOURS_MAX = 8_760;
const NAME_PATTERN = /^[\x21-\x7e]{1,256}$/;
const SECRET_PATTERN = /^[\x21-\x7e]{32,128}$/;
/** Longest address of a key set. */
const KEYS_URL_LENGTH_MAX = 512;

/** The commands. */
export const ISSUER_COMMANDS: readonly AdminCommand[] = [
  {
    words: "issuers list",
    usage: "",
    about: "every issuer whose tokens are taken",
    values: 0,
    options: {},
    run: list,
  },
  {
    words: "issuers add",
    usage: "ISS --audience A --accounts FROM-TO (--jwks-url URL | --jwks-file FILE | " +
      "--secret-file FILE) [--scopes read,trade]",
    about: "takes tokens of an issuer, or changes how; the name is their iss claim",
    details: [
      "--audience A        what their aud claim has to name",
      "--accounts FROM-TO  accounts that they may act for, such as 1000-1999",
      "--jwks-url URL      where the issuer publishes its public keys",
      "--jwks-file FILE    its public keys, as a JSON Web Key Set",
      "--secret-file FILE  a secret that it shares with this market, 32 to 128 characters (HS256)",
      "--scopes LIST       the most that a token may be used for: read,trade (default read,trade)",
      TIER_HELP,
      ADDRESSES_HELP,
    ],
    values: 1,
    options: {
      audience: { type: "string" },
      accounts: { type: "string" },
      "jwks-url": { type: "string" },
      "jwks-file": { type: "string" },
      "secret-file": { type: "string" },
      scopes: { type: "string", default: "read,trade" },
      tier: { type: "string" },
      addresses: { type: "string" },
    },
    run: (session, [issuer], options) => add(session, issuer, options),
  },
  {
    words: "issuers revoke",
    usage: "ISS",
    about: "takes an issuer's tokens no more, until it is added again",
    values: 1,
    options: {},
    run: (session, [issuer]) => revoke(session, issuer),
  },
  {
    words: "tokens revoke",
    usage: "ISS JTI --hours N",
    about: "ends one token of an issuer; the name is its jti claim",
    details: ["--hours N  when the token would have ended: until then it is remembered"],
    values: 2,
    options: { hours: { type: "string" } },
    run: (session, [issuer, token], options) => revokeToken(session, issuer, token, options),
  },
];

async function list(session: AdminSession): Promise<Outcome> {
  const { store } = await session.keys();
  const { damaged, records, truncated } = await store.list();
  const issuers = records.filter((record) => record.kind === "issuer");
  const now = Date.now() * 1_000;
  const rows = issuers.map((one) => [
    one.issuer,
    one.audience,
    `${one.accountLeast}-${one.accountMost}`,
    one.scopes.join(","),
    verifiedBy(one),
    stateOf(one, now),
    one.id,
  ]);
  const head = ["issuer", "audience", "accounts", "scopes", "verified by", "state", "id"];
  const notes = [
    ...damaged.map((id) => `${id} does not open: damaged, or sealed under another master key`),
    ...(truncated ? ["there are more"] : []),
  ];
  return {
    text: [table([head, ...rows]), ...notes].join("\n"),
    json: { issuers: issuers.map(shownIssuer), damaged, truncated },
  };
}

async function add(session: AdminSession, issuer: string, options: OptionValues): Promise<Outcome> {
  const { audience, scopes = "" } = options;
  const [accountLeast, accountMost] = accountsOf(options);
  const record: IssuerRecord = {
    id: issuerKeyId(nameOf("ISS", issuer)),
    account: OPERATOR,
    kind: "issuer",
    issuer,
    audience: nameOf("--audience", audience),
    accountLeast,
    accountMost,
    scopes: scopesOf(scopes, ["read", "trade"]),
    createdMicros: Date.now() * 1_000,
    expiresMicros: null,
    revoked: false,
    tier: tierOf(options),
    addresses: rangesOf(options),
    verification: await verificationOf(options),
  };
  const { changes, store } = await session.keys();
  const before = await store.load(record.id);
  await changes.put(record, AuditAct.issuerAdd);
  const done = before === null || before.revoked ? "are taken" : "are taken, otherwise than before";
  return {
    text: `tokens of ${issuer} for accounts ${accountLeast} to ${accountMost} ${done}`,
    json: { ...shownIssuer(record), replaced: before !== null },
  };
}

async function revoke(session: AdminSession, issuer: string): Promise<Outcome> {
  const id = issuerKeyId(issuer);
  const { changes } = await session.keys();
  const record = await changes.change(id, AuditAct.issuerRevoke, (found) => {
    const one = issuerThere(issuer, found);
    return one.revoked ? null : { ...one, revoked: true };
  });
  issuerThere(issuer, record);
  return {
    text: `tokens of ${issuer} are not taken any more`,
    json: { issuer, id, revoked: true },
  };
}

async function revokeToken(
  session: AdminSession,
  issuer: string,
  token: string,
  { hours }: OptionValues,
): Promise<Outcome> {
  if (hours === undefined) throw new UsageError("--hours says how long the token would have lived");
  const now = Date.now() * 1_000;
  const life = wholeNumber("--hours", String(hours), 1, TOKEN_HOURS_MAX) * MICROS_PER_HOUR;
  const { changes, store } = await session.keys();
  issuerThere(issuer, await store.load(issuerKeyId(issuer)));
  const id = revokedTokenId(issuer, nameOf("JTI", token));
  const expiresMicros = now + life;
  await changes.put({
    id,
    account: OPERATOR,
    kind: "revokedToken",
    scopes: ["read"],
    createdMicros: now,
    expiresMicros,
    revoked: true,
    tier: null,
    addresses: [],
  }, AuditAct.tokenRevoke);
  return {
    text: `token ${token} of ${issuer} is revoked, which is remembered until ${
      timeOf(expiresMicros)
    }`,
    json: { issuer, token, id, expiresMicros },
  };
}

/** What may be shown of an issuer: no secret is in it. */
function shownIssuer(record: IssuerRecord) {
  const { accountLeast, accountMost, audience, issuer, verification } = record;
  const { account: _, ...summary } = summaryOf(record);
  const shown = verification.by === "secret" ? { by: "secret" } : verification;
  return { ...summary, issuer, audience, accountLeast, accountMost, verification: shown };
}

function verifiedBy({ verification }: IssuerRecord): string {
  if (verification.by === "url") return verification.url;
  return verification.by === "keys" ? `${verification.keys.length} public keys` : "a secret";
}

/** The name of somebody else's, as a claim has it. @throws {UsageError} */
function nameOf(what: string, text: unknown): string {
  if (typeof text === "string" && NAME_PATTERN.test(text)) return text;
  const given = text === undefined ? "is missing; it" : `${JSON.stringify(text)}`;
  throw new UsageError(`${what} ${given} takes 1 to 256 ASCII characters, no blanks`);
}

/** @throws {UsageError} */
function accountsOf({ accounts }: OptionValues): [least: number, most: number] {
  const [, least, most] = /^(\d+)-(\d+)$/.exec(String(accounts ?? "")) ?? [];
  if (least !== undefined && most !== undefined && accountOf(least) <= accountOf(most)) {
    return [Number(least), Number(most)];
  }
  const given = accounts === undefined ? "is missing; it" : `${JSON.stringify(accounts)}`;
  throw new UsageError(`--accounts ${given} takes a range such as 1000-1999`);
}

async function verificationOf(options: OptionValues): Promise<IssuerRecord["verification"]> {
  const { "jwks-url": url, "jwks-file": file, "secret-file": secretFile } = options;
  const given = [url, file, secretFile].filter((one) => typeof one === "string");
  if (given.length !== 1) {
    throw new UsageError("say one of --jwks-url, --jwks-file and --secret-file");
  }
  if (typeof url === "string") return { by: "url", url: keysUrlOf(url) };
  if (typeof file === "string") {
    return { by: "keys", keys: publicKeysOf(await textOf(file), file) };
  }
  const secret = (await textOf(String(secretFile))).trim();
  if (SECRET_PATTERN.test(secret)) return { by: "secret", secret };
  throw new UsageError(
    `${secretFile} has ${secret.length} characters; it takes 32 to 128 of ASCII, no blanks`,
  );
}

/** @throws {UsageError} */
function keysUrlOf(text: string): string {
  const problem = text.length > KEYS_URL_LENGTH_MAX
    ? `${text.length} characters; at most ${KEYS_URL_LENGTH_MAX}`
    : jwksUrlProblem(text);
  if (problem === null) return text;
  throw new UsageError(`--jwks-url ${JSON.stringify(text)} is not allowed: ${problem}`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}
