/**
 * `GET /v1/keys`, `POST /v1/keys` and `DELETE /v1/keys/{keyId}`: the keys of the account that asks.
 *
 * @module
 */
import * as v from "valibot";
import { KEY_ID_PATTERN } from "../../core/auth/signed_headers.ts";
import { AdmissionKind } from "../../core/limits/admission_code.ts";
import { type NewKeyBody, NewKeySchema } from "../../infra/registrar/act_bodies.ts";
import { ACT_PROBLEMS, carryOut } from "../acts.ts";
import { type BodyShape, readBodyFields } from "../body_fields.ts";
import type { EndpointSpec, Outcome } from "../endpoint.ts";
import type { Exchange } from "../exchange.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { Problem } from "../problems/problem.ts";
import {
  type CreatedKey,
  CreatedKeySchema,
  type Keys,
  KeysSchema,
  type RevokedKey,
  RevokedKeySchema,
} from "../schema/keys.ts";

/** Units that a change of keys costs: it is written twice, and everybody is told. */
const CHANGE_WEIGHT = 20;

const KEY_EXAMPLE = {
  key: "key_4c5n0T1xWqz2m8Yb7dKpRg",
  kind: "hmac",
  scopes: ["read"],
  addresses: ["192.0.2.0/24"],
  tier: null,
  createdMicros: 1_700_000_000_000_000,
  expiresMicros: 1_731_536_000_000_000,
  revoked: false,
} as const;
const example = { ...KEY_EXAMPLE, scopes: ["read"] as ["read"], addresses: ["192.0.2.0/24"] };

const NEW_KEY: BodyShape<typeof NewKeySchema> = {
  what: "A new key",
  schema: NewKeySchema,
  takes: {
    scopes: "a list of read, trade, keys and admin, each once",
    kind: "hmac | ed25519",
    publicKey: "the 32 bytes of an Ed25519 public key in base64",
    addresses: "a list of at most 16 addresses and ranges",
    expiresMicros: "microseconds since the epoch, or null",
  },
};

const shared = { scope: "keys", isOffOrderPath: true } as const;

/** The endpoints. */
export const keyEndpoints: readonly EndpointSpec[] = [
  {
    method: "GET",
    path: "/v1/keys",
    ...shared,
    weight: 5,
    handle: (exchange) => carryOut(exchange),
    operation: {
      id: "listKeys",
      group: "Keys",
      summary: "The keys of the account, without their secrets",
      description:
        "`lastUsedMicros` tells which are in use, a minute late at most and more where " +
        "very many keys are used at once. The newest 200 are listed.",
      answers: [{
        status: 200,
        description: "The keys.",
        body: {
          schema: KeysSchema,
          example: {
            keys: [{ ...example, lastUsedMicros: 1_700_000_060_000_000 }],
            isTruncated: false,
          } satisfies Keys,
        },
      }],
      problems: ACT_PROBLEMS,
    },
  },
  {
    method: "POST",
    path: "/v1/keys",
    ...shared,
    weight: CHANGE_WEIGHT,
    kind: AdmissionKind.order,
    hasBody: true,
    handle: createKey,
    operation: {
      id: "createKey",
      group: "Keys",
      summary: "Makes a key for the account, and shows its secret this once",
      description: "The new key gets no more than the one that asks has: some of its scopes, " +
        "addresses within its own, no later end, the same tier. The same signed request again, or " +
        "the same signed `Idempotency-Key`, makes no second key and shows no secret: where the " +
        "answer was lost, revoke the key and make another one. Every key stands in the audit " +
        "trail, with the one that asked for it.",
      body: {
        schema: NewKeySchema,
        example: { scopes: ["read"], addresses: ["192.0.2.0/24"] },
      },
      answers: [
        {
          status: 201,
          description: "The key. Gateways know it at once, two seconds later at most.",
          body: {
            schema: CreatedKeySchema,
            example: {
              ...example,
              secret: "vUoVQ8mQb0xkZl2gW1JrY7n5T3cE9aHs4dKpRgXyZ_0",
              duplicate: false,
            } satisfies CreatedKey,
          },
        },
        {
          status: 200,
          description: "It was made before, by this very request.",
          body: {
            schema: CreatedKeySchema,
            example: { ...example, secret: null, duplicate: true } satisfies CreatedKey,
          },
        },
      ],
      problems: [EdgeCode.keyBeyondOwn, EdgeCode.keysFull, ...ACT_PROBLEMS],
    },
  },
  {
    method: "DELETE",
    path: "/v1/keys/:keyId",
    ...shared,
    weight: 1,
    // It takes risk away, as a cancel does, and is let in where a cancel is.
    kind: AdmissionKind.cancel,
    handle: revokeKey,
    operation: {
      id: "revokeKey",
      group: "Keys",
      summary: "Ends a key of the account for ever",
      description: "It is refused everywhere within two seconds. A key may revoke itself.",
      parameters: [{
        name: "keyId",
        in: "path",
        description: "Id of the key.",
        schema: v.pipe(v.string(), v.regex(KEY_ID_PATTERN)),
        isRequired: true,
        example: KEY_EXAMPLE.key,
      }],
      answers: [{
        status: 200,
        description: "The key, which is revoked.",
        body: {
          schema: RevokedKeySchema,
          example: { ...example, revoked: true, duplicate: false } satisfies RevokedKey,
        },
      }],
      problems: [EdgeCode.keyNotFound, ...ACT_PROBLEMS],
    },
  },
];

/** What is no id of a key, as it stands in the path that is signed, is the id of no key. */
function revokeKey(exchange: Exchange): Outcome | Promise<Outcome> {
  const [path] = exchange.pathWithQuery.split("?");
  const keyId = path.slice(path.lastIndexOf("/") + 1);
  return KEY_ID_PATTERN.test(keyId)
    ? carryOut(exchange)
    : new Problem(EdgeCode.keyNotFound, { value: keyId });
}

function createKey(exchange: Exchange): Outcome | Promise<Outcome> {
  const body: NewKeyBody | Problem = readBodyFields(exchange.body, NEW_KEY);
  return body instanceof Problem ? body : carryOut(exchange);
}
