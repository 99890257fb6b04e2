/**
 * Bodies of the requests that the registrar carries out. The gateway reads them to say early and
 * exactly what is wrong; the registrar reads them again, for it believes no gateway.
 *
 * @module
 */
import * as v from "valibot";
import { CLIENT_ORDER_ID_PATTERN } from "../../core/protocol/request_key.ts";
import { ACCOUNT_MAX, KEY_ADDRESSES_MAX, SCOPES } from "../keys/key_record.ts";

/** Digits of the highest account. */
const ACCOUNT_PATTERN = /^[1-9]\d{0,9}$/;
/** The 32 bytes of an Ed25519 public key in base64. */
const PUBLIC_KEY_PATTERN = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** What a new key shall be: body of `POST /v1/keys`. */
export const NewKeySchema = v.pipe(
  v.strictObject({
    scopes: v.pipe(
      v.array(v.picklist(SCOPES)),
      v.minLength(1),
      v.check((scopes) => new Set(scopes).size === scopes.length, "each of them once"),
      v.description("What it may be used for: some of those of the key that asks."),
    ),
    kind: v.pipe(
      v.exactOptional(v.picklist(["hmac", "ed25519"]), "hmac"),
      v.description(
        "`hmac`: a secret is made and shown once. `ed25519`: you keep the private key.",
      ),
    ),
    publicKey: v.exactOptional(v.pipe(
      v.string(),
      v.regex(PUBLIC_KEY_PATTERN),
      v.description("Of an `ed25519` key: its 32 bytes in base64."),
    )),
    addresses: v.exactOptional(v.pipe(
      v.array(v.pipe(v.string(), v.minLength(2), v.maxLength(49))),
      v.maxLength(KEY_ADDRESSES_MAX),
      v.description(
        "Addresses, and ranges in CIDR notation, that it may be used from; those of the key that " +
          "asks if left out, and only within them.",
      ),
    )),
    expiresMicros: v.exactOptional(v.pipe(
      v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
      v.description("When it ends; `null` or left out: when the key that asks ends."),
    )),
  }),
  v.title("NewKey"),
);
/** See {@link NewKeySchema}. */
export type NewKeyBody = v.InferOutput<typeof NewKeySchema>;

/** The number of an account. */
export const AccountTextSchema = v.pipe(
  v.string(),
  v.regex(ACCOUNT_PATTERN),
  v.check((text) => Number(text) <= ACCOUNT_MAX, `at most ${ACCOUNT_MAX}`),
);
/** The name of an asset. */
export const AssetNameSchema = v.pipe(v.string(), v.regex(/^[A-Z0-9]{1,10}$/));
/** An amount of an asset; how many decimals it may have is the asset's. */
export const AmountTextSchema = v.pipe(
  v.string(),
  v.regex(/^\d{1,20}(\.\d{1,20})?$/),
  v.description("Above 0."),
);

/** A movement to another account of the same owner: body of `POST /v1/transfers`. */
export const TransferSchema = v.pipe(
  v.strictObject({
    transferId: v.pipe(
      v.string(),
      v.regex(CLIENT_ORDER_ID_PATTERN),
      v.description("Your name of the transfer: the same one again is no second transfer."),
    ),
    toAccount: v.pipe(AccountTextSchema, v.description("Account of the same trade group.")),
    asset: AssetNameSchema,
    amount: AmountTextSchema,
  }),
  v.title("Transfer"),
);
/** See {@link TransferSchema}. */
export type TransferBody = v.InferOutput<typeof TransferSchema>;
