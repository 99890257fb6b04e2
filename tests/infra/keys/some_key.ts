/**
 * Keys and master keys for tests.
 *
 * @module
 */
import { type NewKey, newKey, type NewKeyRequest } from "../../../infra/keys/new_key.ts";

/** Two master keys. */
export const OLD_MASTER: string = "0123456789abcdef".repeat(4);
/** The one that takes the place of {@link OLD_MASTER}. */
export const NEW_MASTER: string = "fedcba9876543210".repeat(4);

/** A key of account 1 that is valid for ever, unless the test says otherwise. */
export const someKey = (changes: Partial<NewKeyRequest> = {}): Promise<NewKey> =>
  newKey({
    kind: "hmac",
    account: 1,
    scopes: ["read", "trade"],
    createdMicros: Date.now() * 1_000,
    expiresMicros: null,
    ...changes,
  });
