/**
 * What React Native has in native code, done for an app that runs in Hermes: timers, HTTP, WebSockets
 * and the blobs that bodies come as. It sends for real what the app's JavaScript asks for.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { HermesVm } from "./hermes_vm.ts";

/** A request as `RCTNetworking` hands it over. */
interface NativeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: { readonly string?: string };
  readonly responseType: string;
}

/** Part of a body that JavaScript knows by name only. */
interface NativeBlob {
  readonly blobId: string;
  readonly offset: number;
  readonly size: number;
}

/** The native half of one app. */
export class NativeModules {
  /** What the app has printed to its console. */
  readonly logged: string[] = [];
  /** No timer takes longer: for what a test does not wait for. */
  timerMillisMax = Infinity;
  readonly #vm: HermesVm;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  readonly #requests = new Map<number, AbortController>();
  readonly #sockets = new Map<number, WebSocket>();
  readonly #closed: Promise<unknown>[] = [];
  readonly #blobs = new Map<string, Uint8Array>();

  constructor(vm: HermesVm) {
    this.#vm = vm;
  }

  /** Does what the app asks for. */
  // deno-lint-ignore no-explicit-any -- each method has arguments of its own
  take(module: string, method: string, args: any[]): void {
    const done: Record<string, () => unknown> = {
      "Logging.log": () => this.logged.push(args[0]),
      "Timing.setTimeout": () => this.#setTimer(setTimeout, args[0], args[1]),
      "Timing.setInterval": () => this.#setTimer(setInterval, args[0], args[1]),
      "Timing.clear": () => this.#clear(args[0]),
      "Networking.sendRequest": () => this.#request(args[0], args[1]),
      "Networking.abortRequest": () => this.#requests.get(args[0])?.abort(),
      "WebSocketModule.connect": () => this.#connect(args[0], args[3]),
      "WebSocketModule.send": () => this.#sockets.get(args[1])?.send(args[0]),
      "WebSocketModule.close": () => this.#sockets.get(args[2])?.close(args[0], args[1]),
      "BlobModule.addNetworkingHandler": () => {},
      "BlobModule.createFromParts": () => this.#createBlob(args[0], args[1]),
      "BlobModule.release": () => this.#blobs.delete(args[0]),
      "FileReaderModule.readAsText": () => this.#readText(args[0], args[1], args[2]),
    };
    const act = done[`${module}.${method}`];
    assert.ok(act !== undefined, `the app asks for ${module}.${method}, which is not here`);
    act();
  }

  /** The phone has lost its network for a moment. */
  breakSockets(): void {
    for (const [id, socket] of this.#sockets) {
      this.#sockets.delete(id);
      socket.onclose = socket.onmessage = null;
      socket.close();
      this.#emit("websocketFailed", { id, message: "Software caused connection abort" });
    }
  }

  /** Ends what the app has begun. */
  async close(): Promise<void> {
    for (const id of this.#timers.keys()) this.#clear(id);
    for (const abort of this.#requests.values()) abort.abort();
    for (const socket of this.#sockets.values()) socket.close();
    await Promise.all(this.#closed);
  }

  #setTimer(set: typeof setTimeout | typeof setInterval, id: number, millis: number): void {
    const fire = () => {
      if (set === setTimeout) this.#timers.delete(id);
      this.#vm.say("native.call", id);
    };
    this.#timers.set(id, set(fire, Math.min(millis, this.timerMillisMax)));
  }

  #clear(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  #emit(event: string, body: unknown): void {
    this.#vm.say("native.emit", event, body);
  }

  async #request(id: number, request: NativeRequest): Promise<void> {
    const { data, headers, method, responseType, url } = request;
    const abort = new AbortController();
    this.#requests.set(id, abort);
    try {
      const body = data.string ?? null;
      const response = await fetch(url, { method, headers, body, signal: abort.signal });
      const bytes = await response.bytes();
      const told = Object.fromEntries(response.headers);
      this.#emit("didReceiveNetworkResponse", [id, response.status, told, url]);
      this.#emit("didReceiveNetworkData", [id, this.#bodyOf(bytes, responseType)]);
      this.#emit("didCompleteNetworkResponse", [id, null, false]);
    } catch (error) {
      if (!abort.signal.aborted) {
        this.#emit("didCompleteNetworkResponse", [id, String(error), false]);
      }
    } finally {
      this.#requests.delete(id);
    }
  }

  #bodyOf(bytes: Uint8Array<ArrayBuffer>, responseType: string): NativeBlob | string {
    if (responseType !== "blob") return new TextDecoder().decode(bytes);
    const blobId = crypto.randomUUID();
    this.#blobs.set(blobId, bytes);
    return { blobId, offset: 0, size: bytes.length };
  }

  #createBlob(
    parts: readonly { readonly type: string; readonly data: string }[],
    id: string,
  ): void {
    assert.ok(parts.every(({ type }) => type === "string"), "a blob of blobs, which is not here");
    this.#blobs.set(id, new TextEncoder().encode(parts.map(({ data }) => data).join("")));
  }

  #readText(id: number, { blobId, offset, size }: NativeBlob, encoding: string): void {
    const bytes = this.#blobs.get(blobId);
    assert.ok(bytes !== undefined, `no blob ${blobId}`);
    const text = new TextDecoder(encoding).decode(bytes.subarray(offset, offset + size));
    this.#vm.say("native.call", id, text);
  }

  #connect(url: string, id: number): void {
    const socket = new WebSocket(url);
    this.#sockets.set(id, socket);
    this.#closed.push(new Promise((done) => socket.addEventListener("close", done)));
    socket.onopen = () => this.#emit("websocketOpen", { id, protocol: socket.protocol });
    socket.onmessage = ({ data }) => this.#emit("websocketMessage", { id, type: "text", data });
    socket.onclose = ({ code, reason }) => {
      this.#sockets.delete(id);
      this.#emit("websocketClosed", { id, code, reason });
    };
  }
}
