/**
 * Documents that are the same for everybody as long as the gateway runs: made at the first request,
 * known by their hash from then on.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { EndpointSpec, Outcome } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { Problem } from "./problems/problem.ts";
import { readParameters } from "./query_parameters.ts";
import type { HeaderFields, Reply } from "./reply.ts";

/** For how long caches need not ask again. */
const CACHE_CONTROL = "public, max-age=300";
/** Characters of a hash that tell documents apart. */
const TAG_LENGTH = 32;

/** One document. */
export class FixedDocument {
  readonly #make: () => string;
  #made: { readonly body: string; readonly tag: string } | null = null;

  constructor(
    readonly contentType: string,
    make: () => string,
    readonly headers: HeaderFields = [],
  ) {
    this.#make = make;
  }

  /** The document, or that the client has it already. */
  answer(exchange: Exchange): Reply {
    const { body, tag } = this.#made ??= madeOf(this.#make());
    const { contentType, headers } = this;
    const known = exchange.header("if-none-match");
    const isKnown = known !== null && known.split(",").some((one) => weakly(one) === tag);
    const answered: HeaderFields = [["etag", tag], ...headers];
    return {
      status: isKnown ? 304 : 200,
      body: isKnown ? null : body,
      contentType,
      headers: answered,
    };
  }
}

/** The endpoint of a document. */
export function documentEndpoint(path: string, document: FixedDocument): EndpointSpec {
  return { ...DOCUMENT_ENDPOINT, path, handle: (exchange) => answerWith(exchange, document) };
}

/** What the endpoints of documents have in common. */
export const DOCUMENT_ENDPOINT = {
  method: "GET",
  scope: null,
  weight: 1,
  isPublic: true,
  cache: { control: CACHE_CONTROL, hasEtag: false },
} as const;

/** Answers with the document a request that takes no parameters. */
export function answerWith(exchange: Exchange, document: FixedDocument): Outcome {
  const parameters = readParameters(exchange, []);
  return parameters instanceof Problem ? parameters : document.answer(exchange);
}

function madeOf(body: string) {
  return { body, tag: `"${bytesToHex(sha256(utf8ToBytes(body))).slice(0, TAG_LENGTH)}"` };
}

/** An entity tag for the weak comparison (RFC 9110, section 8.8.3.2). */
const weakly = (tag: string): string => tag.trim().replace(/^W\//, "");
