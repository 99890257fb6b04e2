/**
 * How a request is signed, in words: for the OpenAPI document and for the reference.
 *
 * @module
 */
import { AuthHeader } from "../../core/auth/header_problem.ts";
import {
  CLOCK_AHEAD_MILLIS_MAX,
  RECV_WINDOW_MILLIS_DEFAULT,
  RECV_WINDOW_MILLIS_MAX,
} from "../../core/auth/recv_window.ts";

/** The headers of a signed request, and what is signed, in Markdown. */
export const SIGNING_MARKDOWN =
  `A signed request has the headers \`${AuthHeader.key}\` (id of the key), ` +
  `\`${AuthHeader.timestamp}\` (milliseconds since the epoch), \`${AuthHeader.signature}\` and, if ` +
  `you like, \`${AuthHeader.recvWindow}\` (how many milliseconds it may be on its way: ` +
  `${RECV_WINDOW_MILLIS_DEFAULT} if left out, at most ${RECV_WINDOW_MILLIS_MAX}). What is signed is ` +
  `this text, with a line feed between the parts:

\`\`\`
timestamp
recv-window            (${RECV_WINDOW_MILLIS_DEFAULT} where the header is absent)
idempotency-key        (no such line where the header is absent)
METHOD                 (upper case)
/path?query            (exactly as sent)
body                   (exactly as sent; nothing where there is none)
\`\`\`

The signature is the lower-case hexadecimal HMAC-SHA256 of the text under the key's secret, or for ` +
  `a key of the kind Ed25519 the base64 of the signature over it. The timestamp may be ` +
  `${CLOCK_AHEAD_MILLIS_MAX} ms ahead of the exchange's clock at most (\`GET /v1/time\`). The same ` +
  "signed request again, within its receive window, is the same command and is done once.";

/** What a bearer token must be, in Markdown. */
export const BEARER_MARKDOWN =
  "A JSON Web Token (ES256, EdDSA or HS256) of an issuer that the operator has added, with the " +
  "account in the claim `edgebook_account` and the scopes in `scope`, separated by spaces. In the " +
  "place of a signature, never beside one.";
