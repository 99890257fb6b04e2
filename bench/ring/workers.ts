/**
 * The Workers of the ring bench: one pair for all throughput runs, so that their code is compiled,
 * and one pair for the hand-over.
 *
 * @module
 */
import { RingBuffer } from "ringbuf.js";
import { makeMpscRing } from "../../core/memory/mpsc_ring.ts";
import { makeSpscRing } from "../../core/memory/spsc_ring.ts";
import type { HandoffOutcome, HandoffRun } from "./handoff_worker.ts";
import {
  expectedChecksum,
  MESSAGE_BYTES,
  MESSAGE_DOUBLES,
  RING_MESSAGES,
  type RingOutcome,
  type RingRun,
  type Transport,
} from "./transport.ts";

/** Two Workers. */
export class WorkerPair {
  readonly #first: Worker;
  readonly #second: Worker;

  /** Starts two Workers from files beside this one. */
  constructor(first: string, second: string) {
    this.#first = new Worker(new URL(first, import.meta.url), { type: "module" });
    this.#second = new Worker(new URL(second, import.meta.url), { type: "module" });
  }

  /** Posts a message to each, with a port each if there are some; settles with the first's answer. */
  ask<Answer>(first: object, second: object, ports?: MessageChannel): Promise<Answer> {
    const { promise, reject, resolve } = Promise.withResolvers<Answer>();
    const failed = (event: ErrorEvent): void => {
      event.preventDefault();
      reject(new Error(`a Worker of the bench died: ${event.message}`));
    };
    this.#first.onerror = failed;
    this.#second.onerror = failed;
    this.#first.onmessage = (event: MessageEvent<Answer>) => resolve(event.data);
    this.#first.postMessage(first, ports === undefined ? [] : [ports.port1]);
    this.#second.postMessage(second, ports === undefined ? [] : [ports.port2]);
    return promise;
  }

  /** Ends both. */
  terminate(): void {
    this.#first.terminate();
    this.#second.terminate();
  }
}

/** The memory of a transport that has some. */
function makeMemory(transport: Transport): SharedArrayBuffer {
  if (transport === "spsc") return makeSpscRing(MESSAGE_BYTES, RING_MESSAGES);
  if (transport === "mpsc") return makeMpscRing(MESSAGE_BYTES, RING_MESSAGES);
  return RingBuffer.getStorageForCapacity(RING_MESSAGES * MESSAGE_DOUBLES, Float64Array);
}

/** Sends `count` messages through a transport: messages a second. Throws when one byte is wrong. */
export async function messagesPerSecond(
  pair: WorkerPair,
  transport: Transport,
  batch: number,
  count: number,
): Promise<number> {
  const gate = new SharedArrayBuffer(8);
  const run = { batch, count, gate, transport };
  let outcome: RingOutcome;
  if (transport === "postMessage") {
    const ports = new MessageChannel();
    const consumer: RingRun = { ...run, port: ports.port1 };
    outcome = await pair.ask(consumer, { ...run, port: ports.port2 }, ports);
  } else {
    const both: RingRun = { ...run, memory: makeMemory(transport) };
    outcome = await pair.ask(both, both);
  }
  if (outcome.checksum !== expectedChecksum(count)) {
    throw new Error(`${transport}: checksum ${outcome.checksum}, not ${expectedChecksum(count)}`);
  }
  return count / outcome.seconds;
}

/** Hands a number to and fro. */
export function handOver(
  pair: WorkerPair,
  how: Omit<HandoffRun, "inbound" | "outbound">,
): Promise<HandoffOutcome> {
  const [there, back] = [makeSpscRing(8, 16), makeSpscRing(8, 16)];
  const answering: HandoffRun = { ...how, inbound: there, outbound: back, roundTrips: 0 };
  return pair.ask({ ...how, inbound: back, outbound: there }, answering);
}
