/**
 * Requests that are made, and signed, before the load begins, so that making them costs the
 * measurement nothing.
 *
 * A file has one a line: method, path, header fields with `|` between them, and body, with tabs
 * between the four.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { signingText } from "../../core/auth/signing_text.ts";

/** A key that signs. */
export interface SigningKey {
  readonly key: string;
  readonly secret: string;
}

/** Who sends requests: gives the header fields that vouch for one. */
export type Sender = (method: string, path: string, body: string) => readonly string[];

/** Longest window that the gateway takes: the requests stay valid through the run. */
const RECV_WINDOW_MILLIS = 60_000;
const ORDERS_PATH = "/v1/orders";

/** Signs each request with a key. */
export const signingSender = ({ key, secret }: SigningKey): Sender => (method, path, body) => {
  const timestamp = Date.now();
  const text = signingText(timestamp, RECV_WINDOW_MILLIS, method, path, body);
  const signature = createHmac("sha256", secret).update(text).digest("hex");
  return [
    `X-Edgebook-Key: ${key}`,
    `X-Edgebook-Timestamp: ${timestamp}`,
    `X-Edgebook-Recv-Window: ${RECV_WINDOW_MILLIS}`,
    `X-Edgebook-Signature: ${signature}`,
  ];
};

/** Sends the same bearer token with each request. */
export const bearerSender = (token: string): Sender => {
  const fields = [`Authorization: Bearer ${token}`];
  return () => fields;
};

/**
 * Writes `count` orders. The two senders buy from each other and sell to each other in turn at one
 * price, so every second order trades and nobody runs out of funds.
 *
 * @param prefix of their client order ids
 */
export async function writeOrders(
  path: string,
  count: number,
  senders: readonly Sender[],
  prefix: string,
): Promise<void> {
  const lines: string[] = [];
  for (let index = 0; index < count; index++) {
    const body = JSON.stringify({
      symbol: "BTC-USD",
      side: (index % 2 === 0) === (index % 4 < 2) ? "buy" : "sell",
      type: "limit",
      price: "50000.00",
      quantity: "0.0010",
      timeInForce: "GTC",
      clientOrderId: `${prefix}-${index}`,
    });
    const sender = senders[index % senders.length];
    const fields = ["Content-Type: application/json", ...sender("POST", ORDERS_PATH, body)];
    lines.push(["POST", ORDERS_PATH, fields.join("|"), body].join("\t"));
  }
  await Deno.writeTextFile(path, lines.join("\n"));
}

/**
 * Lua that reads such a file: `next_request()` is the next request as a head and a tail, with the
 * place for the value of one more field between them.
 *
 * @param lastField the name of that field, which every request gets
 */
export const splitRequestsScript = (lastField: string): string => `
local heads, tails, at = {}, {}, 0
${eachRequest(`heads[#heads + 1], tails[#tails + 1] = head .. "${lastField}: ", tail`)}
local function next_request()
  at = at % #heads + 1
  return heads[at], tails[at]
end
`;

/** Lua that reads such a file and sends its requests as they are, at the least cost. */
export const WHOLE_REQUESTS_SCRIPT = `
local requests, at = {}, 0
${eachRequest("requests[#requests + 1] = head .. tail")}
function request()
  at = at % #requests + 1
  return requests[at]
end
`;

function eachRequest(statements: string): string {
  return `function init(args)
  for line in io.lines(args[1]) do
    local method, path, fields, body = line:match("^(%S+)\\t(%S+)\\t([^\\t]*)\\t(.*)$")
    local length = body == "" and "" or "Content-Length: " .. #body .. "\\r\\n"
    local head = method .. " " .. path .. " HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n" ..
      fields:gsub("|", "\\r\\n") .. "\\r\\n" .. length
    local tail = "\\r\\n" .. body
    ${statements}
  end
end`;
}
