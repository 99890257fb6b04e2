/**
 * The keys of an installation: operator, accounts, users. Made on first
 * start, kept in `DIR/nats/keys.json` (mode 0600), the same ever after.
 *
 * Only seeds are kept. The JWTs are signed anew at every start (0.1 ms each), so that a version
 * with other permissions needs no migration; a key's public part, and so its inbox, stays.
 *
 * @module
 */
import {
  accountOf,
  CONNECTION_LIMITS,
  type ConnectionLimits,
  OUTSIDE_ACCOUNTS,
  type OutsideAccount,
  outsideClaims,
  systemClaims,
  tradingClaims,
} from "./accounts.ts";
import { CredentialsError, KeyStoreError } from "./errors.ts";
import { inboxPrefixOf } from "./inbox.ts";
import { formatCredentials, parseCredentials, signJwt } from "./jwt.ts";
import type { AppSigner } from "./mint.ts";
import { createNkey, importNkey, type Nkey, NkeyKind } from "./nkey.ts";
import { permissionClaims, USER_NAMES, type UserName, userTable } from "./users.ts";

const STORE_VERSION = 1;
/** Longest key store that is read: the real one has some 900 bytes. */
const STORE_BYTES_MAX = 64 * 1024;
const KEY_FILE_MODE = 0o600;
const KEY_DIRECTORY_MODE = 0o700;

/** An account as the server's configuration names it. */
export interface SignedAccount {
  readonly publicKey: string;
  readonly jwt: string;
}

/** What the server's configuration and the processes need of the keys. */
export interface Installation {
  readonly operatorJwt: string;
  readonly systemAccount: SignedAccount;
  readonly tradingAccount: SignedAccount;
  /** Accounts of those who come from outside. */
  readonly outsideAccounts: Readonly<Record<OutsideAccount, SignedAccount>>;
  /** Text of each user's credentials file. Secrets. */
  readonly credentials: Readonly<Record<UserName, string>>;
  /** For gateways: mints app users. A secret. */
  readonly appSigner: AppSigner;
}

type Seeds = Readonly<
  Record<"operator" | "system" | "trading" | OutsideAccount | "appSigner" | UserName, string>
>;

const KINDS: Readonly<Record<keyof Seeds, NkeyKind>> = {
  operator: NkeyKind.operator,
  system: NkeyKind.account,
  trading: NkeyKind.account,
  public: NkeyKind.account,
  apps: NkeyKind.account,
  appSigner: NkeyKind.account,
  admin: NkeyKind.user,
  backOffice: NkeyKind.user,
  gateway: NkeyKind.user,
  history: NkeyKind.user,
  marketData: NkeyKind.user,
  matcher: NkeyKind.user,
  registrar: NkeyKind.user,
  replay: NkeyKind.user,
  snapshots: NkeyKind.user,
  subscriber: NkeyKind.user,
};

/** Keys that a key store of an earlier version does not have yet. */
const ADDED_KEYS: readonly (keyof Seeds)[] = [
  "backOffice",
  "registrar",
  "snapshots",
  ...OUTSIDE_ACCOUNTS,
];

/**
 * Reads the keys of an installation, or makes them, and signs its JWTs.
 *
 * @param directory where `keys.json` lives; created with mode 0700
 * @param limits of the accounts of outsiders
 * @throws {KeyStoreError} when the store is damaged: it is never overwritten, because the keys of
 *   everybody's credentials are in it
 */
export async function openInstallation(
  directory: string,
  shards: readonly number[],
  nowMillis: number,
  limits: ConnectionLimits = CONNECTION_LIMITS,
): Promise<Installation> {
  await Deno.mkdir(directory, { recursive: true, mode: KEY_DIRECTORY_MODE });
  const path = `${directory}/keys.json`;
  const seeds = await completeSeeds(path, await readSeeds(path) ?? await makeSeeds(path));
  try {
    return await sign(seeds, shards, Math.floor(nowMillis / 1_000), limits);
  } catch (error) {
    if (error instanceof CredentialsError) throw new KeyStoreError(path, error.message);
    throw error;
  }
}

/**
 * Writes what other NATS clients take: `<directory>/<user>.creds`, and beside each `<user>.inbox`
 * with the inbox prefix that a client must be told before it sends requests.
 */
export async function writeCredentialFiles(
  directory: string,
  credentials: Installation["credentials"],
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: KEY_DIRECTORY_MODE });
  for (const name of USER_NAMES) {
    await writeSecret(`${directory}/${name}.creds`, credentials[name]);
    const prefix = inboxPrefixOf(parseCredentials(credentials[name]).jwt);
    await writeSecret(`${directory}/${name}.inbox`, `${prefix}\n`);
  }
}

async function readSeeds(path: string): Promise<Seeds | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    if (text.length > STORE_BYTES_MAX) throw new SyntaxError("too long");
    const { version, seeds } = JSON.parse(text);
    if (version !== STORE_VERSION) throw new SyntaxError(`version ${version}`);
    for (const name of Object.keys(KINDS)) {
      if (ADDED_KEYS.includes(name as keyof Seeds)) continue;
      if (typeof seeds[name] !== "string") throw new SyntaxError(`no seed of ${name}`);
    }
    return seeds;
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unreadable";
    throw new KeyStoreError(path, `is no key store of version ${STORE_VERSION} (${reason})`);
  }
}

async function makeSeeds(path: string): Promise<Seeds> {
  const seeds: Record<string, string> = {};
  for (const [name, kind] of Object.entries(KINDS)) seeds[name] = (await createNkey(kind)).seed;
  await writeSeeds(path, seeds);
  return seeds as Seeds;
}

/** Makes the seeds of keys that came after the store was made. */
async function completeSeeds(path: string, seeds: Seeds): Promise<Seeds> {
  const missing = ADDED_KEYS.filter((name) => seeds[name] === undefined);
  if (missing.length === 0) return seeds;
  const made = { ...seeds };
  for (const name of missing) made[name] = (await createNkey(KINDS[name])).seed;
  await writeSeeds(path, made);
  return made;
}

async function writeSeeds(path: string, seeds: Record<string, string>): Promise<void> {
  await writeSecret(path, JSON.stringify({ version: STORE_VERSION, seeds }, null, 2) + "\n");
}

/** Replaces a file as a whole, so that a crash leaves the old one or the new one. */
async function writeSecret(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, text, { mode: KEY_FILE_MODE });
  await Deno.chmod(draft, KEY_FILE_MODE);
  await Deno.rename(draft, path);
}

async function sign(
  seeds: Seeds,
  shards: readonly number[],
  nowSeconds: number,
  limits: ConnectionLimits,
): Promise<Installation> {
  const operator = await importNkey(seeds.operator);
  const keys = await accountKeys(seeds);
  const appSigner = await importNkey(seeds.appSigner);
  const { credentials, movedUsers } = await signUsers(seeds, keys, shards, nowSeconds);
  const account = async (name: keyof AccountKeys, nats: Record<string, unknown>) => {
    const { publicKey } = keys[name];
    const jwt = await signJwt({ sub: publicKey, name, nats }, operator, nowSeconds);
    return { publicKey, jwt };
  };
  const operatorClaims = { system_account: keys.system.publicKey, type: "operator", version: 2 };
  const outside = { public: keys.public.publicKey, apps: keys.apps.publicKey };
  const tradingKey = keys.trading.publicKey;
  return {
    operatorJwt: await signJwt(
      { sub: operator.publicKey, name: "edgebook", nats: operatorClaims },
      operator,
      nowSeconds,
    ),
    systemAccount: await account("system", systemClaims(tradingKey)),
    tradingAccount: await account("trading", tradingClaims({ outside, movedUsers, nowSeconds })),
    outsideAccounts: {
      public: await account(
        "public",
        outsideClaims("public", { tradingKey, connectionsMax: limits.public }),
      ),
      apps: await account(
        "apps",
        outsideClaims("apps", {
          tradingKey,
          connectionsMax: limits.apps,
          signerKey: appSigner.publicKey,
        }),
      ),
    },
    credentials,
    appSigner: { signingSeed: seeds.appSigner, accountPublicKey: outside.apps },
  };
}

type AccountKeys = Readonly<Record<"system" | "trading" | OutsideAccount, Nkey>>;

const accountKeys = async (seeds: Seeds): Promise<AccountKeys> => ({
  system: await importNkey(seeds.system),
  trading: await importNkey(seeds.trading),
  public: await importNkey(seeds.public),
  apps: await importNkey(seeds.apps),
});

/** Credentials of all users, and the public keys of those that an earlier version had in `trading`. */
async function signUsers(
  seeds: Seeds,
  keys: AccountKeys,
  shards: readonly number[],
  nowSeconds: number,
): Promise<Pick<Installation, "credentials"> & { readonly movedUsers: readonly string[] }> {
  const grants = userTable(shards);
  const credentials: Partial<Record<UserName, string>> = {};
  const movedUsers: string[] = [];
  for (const name of USER_NAMES) {
    const user = await importNkey(seeds[name]);
    const nats = { ...permissionClaims(grants[name], user.publicKey), type: "user", version: 2 };
    const account = accountOf(name);
    const jwt = await signJwt({ sub: user.publicKey, name, nats }, keys[account], nowSeconds);
    credentials[name] = formatCredentials(jwt, user.seed);
    if (account !== "trading") movedUsers.push(user.publicKey);
  }
  return { credentials: credentials as Record<UserName, string>, movedUsers };
}
