/**
 * The example of an operation as a command line. What is signed goes through the shell function that
 * the reference defines once.
 *
 * @module
 */
import type { DescribedEndpoint } from "../openapi/described_endpoint.ts";
import type { ParameterDoc } from "../operation.ts";
import { FRAME_TYPE } from "../middleware/body.ts";
import { compactJson } from "./compact_json.ts";
import { SOCKET_PROGRAM } from "./guide_examples.ts";

/** Parameters of examples: those that must be, and the first of those that may. */
const QUERY_PARAMETERS_MAX = 2;
const SWITCHING_PROTOCOLS = 101;
const STREAM_TYPE = "text/event-stream";
/** How long the example listens to a stream, which would not end by itself. */
const STREAM_SECONDS = 3;

/** Path and query of the example. */
export function examplePath({ spec, operation }: DescribedEndpoint): string {
  const { parameters = [] } = operation;
  const path = parameters.filter((one) => one.in === "path").reduce(
    (text, { name, example }) => text.replace(`:${name}`, encodeURIComponent(example)),
    spec.path,
  );
  const query = queryOf(parameters).filter((one) => one.isLeftOut !== true).map((
    { name, example },
  ) =>
    // A query may have these as they are, and is easier to read so.
    `${name}=${encodeURIComponent(example).replaceAll("%3A", ":").replaceAll("%2C", ",")}`
  );
  return query.length === 0 ? path : `${path}?${query.join("&")}`;
}

/** The command line; a program where no command line can show it. */
export function exampleCommand(described: DescribedEndpoint): string {
  const { spec, operation } = described;
  const { answers, body } = operation;
  if (answers.some(({ status }) => status === SWITCHING_PROTOCOLS)) return SOCKET_PROGRAM;
  const path = examplePath(described);
  if (spec.scope === null) {
    const isStream = answers.some((one) => one.body?.contentType === STREAM_TYPE);
    const options = isStream ? `-sN --max-time ${STREAM_SECONDS}` : "-s";
    return `curl ${options} "$EDGEBOOK_URL${path}"`;
  }
  if (body?.contentType === FRAME_TYPE) return frameCommand(String(body.example));
  const sent = body === undefined ? "" : ` '${compactJson(body.example)}'`;
  const quoted = /[?&]/.test(path) ? `'${path}'` : path;
  return `edgebook ${spec.method} ${quoted}${sent}`;
}

/** Bytes are signed by their digest, and go through files. */
function frameCommand(base64: string): string {
  return `printf '${base64}' |
  base64 -d > frame
now=$(($(date +%s) * 1000))
digest=$(openssl dgst -sha256 frame | sed 's/.* //')
signature=$(printf '%s\\n5000\\nPOST\\n/v1/frames\\n%s' "$now" "$digest" |
  openssl dgst -sha256 -hmac "$EDGEBOOK_SECRET" | sed 's/.* //')
curl -s "$EDGEBOOK_URL/v1/frames" --data-binary @frame -o answer \\
  -H 'Content-Type: ${FRAME_TYPE}' \\
  -H "X-Edgebook-Key: $EDGEBOOK_KEY" \\
  -H "X-Edgebook-Timestamp: $now" -H "X-Edgebook-Signature: $signature"
base64 < answer`;
}

/** Those that an example has: no cursor, which is another one each time, and nothing to wait for. */
function queryOf(parameters: readonly ParameterDoc[]): readonly ParameterDoc[] {
  const all = parameters.filter((one) => one.in === "query");
  const needed = all.filter(({ isRequired = false }) => isRequired);
  const others = all.filter(({ isRequired = false, name }) =>
    !isRequired && !["cursor", "minSequence", "orderId"].includes(name)
  );
  return [...needed, ...others].slice(0, Math.max(needed.length, QUERY_PARAMETERS_MAX));
}
