/**
 * API keys as their account sees them.
 *
 * @module
 */
import * as v from "valibot";
import { KEY_ID_PATTERN } from "../../core/auth/signed_headers.ts";
import { SCOPES } from "../../infra/keys/key_record.ts";
import { MicrosSchema } from "./fields.ts";

const shown = {
  key: v.pipe(v.string(), v.regex(KEY_ID_PATTERN), v.description("Id of the key.")),
  kind: v.picklist(["hmac", "ed25519"]),
  scopes: v.array(v.picklist(SCOPES)),
  addresses: v.pipe(v.array(v.string()), v.description("None: from anywhere.")),
  tier: v.pipe(v.nullable(v.string()), v.description("Set of limits; `null`: the usual ones.")),
  createdMicros: MicrosSchema,
  expiresMicros: v.pipe(v.nullable(MicrosSchema), v.description("`null`: never.")),
  revoked: v.boolean(),
};
const duplicate = v.pipe(v.boolean(), v.description("Whether it was done before this request."));

/** A key in a list, without its secret. */
export const KeySchema = v.pipe(
  v.strictObject({
    ...shown,
    lastUsedMicros: v.pipe(
      v.nullable(MicrosSchema),
      v.description(
        "A use that was vouched for, by the exchange's clock; noted once a minute at most. `null`: " +
          "none was, or the notes cannot be read now.",
      ),
    ),
  }),
  v.title("Key"),
);
/** See {@link KeySchema}. */
export type Key = v.InferOutput<typeof KeySchema>;

/** Answer of `GET /v1/keys`. */
export const KeysSchema = v.pipe(
  v.strictObject({
    keys: v.pipe(
      v.array(KeySchema),
      v.description("Newest first, those that have ended included."),
    ),
    isTruncated: v.pipe(v.boolean(), v.description("Whether there are older ones.")),
  }),
  v.title("Keys"),
);
/** See {@link KeysSchema}. */
export type Keys = v.InferOutput<typeof KeysSchema>;

/** Answer of `POST /v1/keys`. */
export const CreatedKeySchema = v.pipe(
  v.strictObject({
    ...shown,
    secret: v.pipe(
      v.nullable(v.string()),
      v.description(
        "Shown this once. `null` of an `ed25519` key, and when the request is repeated.",
      ),
    ),
    duplicate,
  }),
  v.title("CreatedKey"),
);
/** See {@link CreatedKeySchema}. */
export type CreatedKey = v.InferOutput<typeof CreatedKeySchema>;

/** Answer of `DELETE /v1/keys/{keyId}`. */
export const RevokedKeySchema = v.pipe(
  v.strictObject({ ...shown, duplicate }),
  v.title("RevokedKey"),
);
/** See {@link RevokedKeySchema}. */
export type RevokedKey = v.InferOutput<typeof RevokedKeySchema>;
