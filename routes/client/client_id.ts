/**
 * Ids that a client gives its commands: 21 characters, drawn from the platform's randomness where it
 * has some (React Native has none of its own), else from `Math.random` and the time.
 *
 * They are names, not secrets: two must not be the same within one account.
 *
 * @module
 */
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-";
const LENGTH = 21;

/** A new id. */
export function newClientId(): string {
  const { crypto } = globalThis as { readonly crypto?: Pick<Crypto, "getRandomValues"> };
  const bytes = crypto?.getRandomValues?.(new Uint8Array(LENGTH)) ?? drawn();
  return Array.from(bytes, (byte) => LETTERS[byte & 63]).join("");
}

function drawn(): number[] {
  const now = Date.now();
  // The time alone tells two starts apart, whatever the random numbers begin with.
  return Array.from(
    { length: LENGTH },
    (_, at) => Math.floor(Math.random() * 64) ^ Math.floor(now / 64 ** at) % 64,
  );
}
