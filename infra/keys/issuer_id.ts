/**
 * Ids under which issuers of tokens, and revoked tokens, stand in the KEYS bucket: names of others
 * may have any length and characters, ids may not.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Characters of base64url that an id has of a digest: 132 bits. */
const ID_CHARACTERS = 22;

const idOf = (prefix: string, text: string): string =>
  prefix + createHash("sha256").update(text).digest("base64url").slice(0, ID_CHARACTERS);

/** Id of the issuer with this `iss` claim. */
export const issuerKeyId = (issuer: string): string => idOf("iss_", issuer);

/** Id of the revocation of the token with these `iss` and `jti` claims. */
export const revokedTokenId = (issuer: string, tokenId: string): string =>
  idOf("jti_", `${issuer}\n${tokenId}`);
