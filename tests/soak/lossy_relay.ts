/**
 * A relay between a client and its broker, over WebSocket, that can lose messages on their way to the
 * client: each whole, as if the broker had never sent it, and everything else as it is.
 *
 * @module
 */
import WebSocketClient from "ws";
import { type NatsOperation, NatsOperations } from "./nats_operations.ts";

/** Bytes that may wait for either end; beyond that it does not read, and the relay ends. */
export const WAITING_BYTES_MAX = 2 ** 26;

/** Decides of a message whether it gets lost. Told of every message, in order. */
export type LossRule = (message: NatsOperation) => boolean;

/** A running relay. */
export class LossyRelay implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #outbound = new Set<WebSocketClient>();

  /**
   * Listens on a free port of this machine.
   *
   * @param target WebSocket URL of the broker
   */
  constructor(target: string, isLost: LossRule) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      const { response, socket } = Deno.upgradeWebSocket(request);
      this.#join(socket, target, isLost);
      return response;
    });
  }

  /** Where the client connects. */
  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Ends every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const broker of this.#outbound) broker.terminate();
    await this.#server.shutdown();
  }

  #join(client: WebSocket, target: string, isLost: LossRule): void {
    const broker = new WebSocketClient(target, { perMessageDeflate: false });
    const operations = new NatsOperations();
    const early: ArrayBuffer[] = [];
    this.#outbound.add(broker);
    client.binaryType = "arraybuffer";
    broker.binaryType = "arraybuffer";
    const end = () => {
      this.#outbound.delete(broker);
      broker.terminate();
      if (client.readyState === WebSocket.OPEN) client.close();
    };
    client.onmessage = ({ data }) => {
      if (broker.readyState === WebSocketClient.OPEN) broker.send(data);
      else early.push(data);
    };
    broker.on("open", () => {
      for (const data of early.splice(0)) broker.send(data);
    });
    broker.on("message", (data: ArrayBuffer) => {
      for (const operation of operations.take(new Uint8Array(data))) {
        if (operation.subject !== "" && isLost(operation)) continue;
        if (client.readyState === WebSocket.OPEN) client.send(operation.bytes);
      }
      if (client.bufferedAmount > WAITING_BYTES_MAX) end();
    });
    client.onclose = end;
    client.onerror = end;
    broker.on("close", end);
    broker.on("error", end);
  }
}
