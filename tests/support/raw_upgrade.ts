/**
 * The answer to a request that asks for a WebSocket, with its header fields, which no client shows.
 *
 * @module
 */
import type { ContractAnswer } from "./open_api_contract.ts";

/** Longest answer, which is all ASCII. */
const ANSWER_CHARACTERS_MAX = 16 * 1024;
const HEAD_END = "\r\n\r\n";

/** Asks for a socket, reads the head of the answer and hangs up. */
export async function rawUpgrade(gateway: string, path: string): Promise<ContractAnswer> {
  const { hostname, port } = new URL(gateway);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  try {
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}${HEAD_END}`));
    let text = "";
    // What is refused has a body, of a length that its head tells.
    while (!isWhole(text)) {
      const bytes = new Uint8Array(ANSWER_CHARACTERS_MAX);
      const count = await connection.read(bytes);
      if (count === null || text.length > ANSWER_CHARACTERS_MAX) break;
      text += new TextDecoder().decode(bytes.subarray(0, count));
    }
    const { first, headers, body } = parsed(text);
    return { status: Number(first.split(" ")[1]), headers, text: body };
  } finally {
    connection.close();
  }
}

function isWhole(text: string): boolean {
  if (!text.includes(HEAD_END)) return false;
  const { headers, body } = parsed(text);
  return body.length >= Number(headers.get("content-length") ?? 0);
}

function parsed(text: string) {
  const [head = "", ...rest] = text.split(HEAD_END);
  const [first = "", ...fields] = head.split("\r\n");
  const headers = new Headers(fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  }));
  return { first, headers, body: rest.join(HEAD_END) };
}
