/**
 * Signed orders, made before the load begins, so that making them costs the measurement nothing.
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

/** Longest window that the gateway takes: the orders stay valid through the run. */
const RECV_WINDOW_MILLIS = 60_000;
const PATH = "/v1/orders";

/**
 * Writes `count` signed orders to a file, one a line: key, timestamp, signature, body with tabs
 * between them. The two keys buy from each other and sell to each other in turn at one price, so every
 * second order trades and nobody runs out of funds.
 */
export async function writeSignedOrders(
  path: string,
  count: number,
  keys: readonly SigningKey[],
  prefix: string,
): Promise<void> {
  const lines: string[] = [];
  for (let index = 0; index < count; index++) {
    const { key, secret } = keys[index % keys.length];
    const body = JSON.stringify({
      symbol: "BTC-USD",
      side: (index % 2 === 0) === (index % 4 < 2) ? "buy" : "sell",
      type: "limit",
      price: "50000.00",
      quantity: "0.0010",
      timeInForce: "GTC",
      clientOrderId: `${prefix}-${index}`,
    });
    const timestamp = Date.now();
    const text = signingText(timestamp, RECV_WINDOW_MILLIS, "POST", PATH, body);
    const signature = createHmac("sha256", secret).update(text).digest("hex");
    lines.push(`${key}\t${timestamp}\t${signature}\t${body}`);
  }
  await Deno.writeTextFile(path, lines.join("\n"));
}

/** The wrk script that sends the orders of a file, each once. */
export const WRK_SCRIPT = `
local requests, at, bad = {}, 0, 0
function init(args)
  for line in io.lines(args[1]) do
    local key, time, signature, body = line:match("^(%S+)\\t(%S+)\\t(%S+)\\t(.*)$")
    requests[#requests + 1] = wrk.format("POST", "${PATH}", {
      ["Content-Type"] = "application/json", ["X-Edgebook-Key"] = key,
      ["X-Edgebook-Timestamp"] = time, ["X-Edgebook-Recv-Window"] = "${RECV_WINDOW_MILLIS}",
      ["X-Edgebook-Signature"] = signature }, body)
  end
end
function request()
  at = at + 1
  if at > #requests then at = 1 end
  return requests[at]
end
`;
