/**
 * Whether a record of the KEYS bucket is what a command is about.
 *
 * @module
 */
import {
  isSigningKey,
  type IssuerRecord,
  type KeyRecord,
  type SigningKeyRecord,
} from "../../infra/keys/key_record.ts";
import { UsageError } from "./command_line.ts";

/** A key that signs. @throws {UsageError} when there is none under the id */
export function keyThere(id: string, record: KeyRecord | null): SigningKeyRecord {
  if (record !== null && isSigningKey(record)) return record;
  const what = record === null
    ? `there is no key ${id}`
    : `${id} is no key, but an issuer or a token`;
  throw new UsageError(`${what}; deno task admin keys list shows what there is`);
}

/** An issuer. @throws {UsageError} when there is none of this name */
export function issuerThere(issuer: string, record: KeyRecord | null): IssuerRecord {
  if (record?.kind === "issuer") return record;
  throw new UsageError(
    `there is no issuer ${issuer}; deno task admin issuers list shows what there is`,
  );
}
