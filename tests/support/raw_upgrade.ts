/**
 * The answer to a request that asks for a WebSocket, with its header fields, which no client shows.
 *
 * @module
 */
import type { ContractAnswer } from "./open_api_contract.ts";

/** Longest head of an answer. */
const HEAD_BYTES_MAX = 16 * 1024;

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
    await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
    const bytes = new Uint8Array(HEAD_BYTES_MAX);
    let head = "";
    for (let length = 0; !head.includes("\r\n\r\n") && length < HEAD_BYTES_MAX;) {
      const count = await connection.read(bytes.subarray(length));
      if (count === null) break;
      length += count;
      head = new TextDecoder().decode(bytes.subarray(0, length));
    }
    const [first = "", ...fields] = head.slice(0, head.indexOf("\r\n\r\n")).split("\r\n");
    const headers = new Headers(fields.map((field): [string, string] => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon), field.slice(colon + 1).trim()];
    }));
    return { status: Number(first.split(" ")[1]), headers, text: "", bytes: new Uint8Array() };
  } finally {
    connection.close();
  }
}
