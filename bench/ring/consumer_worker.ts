/**
 * The consuming Worker of the ring bench: reads every byte of every message and says how long it
 * took, from the meeting of both Workers to the last message.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { RingBuffer } from "ringbuf.js";
import { MpscConsumer } from "../../core/memory/mpsc_ring.ts";
import { SpscConsumer } from "../../core/memory/spsc_ring.ts";
import * as transport from "./transport.ts";

// Names of this module's own: an imported name is looked up at every use.
const { BATCH_MAX, giveWay, meetAtGate, MESSAGE_DOUBLES, sumMessage } = transport;
const DOUBLES = MESSAGE_DOUBLES;
const sum = sumMessage;

function consumeSpsc(consumer: SpscConsumer, count: number, batch: number): number {
  const { doubles } = consumer;
  let checksum = 0;
  let left = count;
  let turns = 0;
  while (left > 0) {
    const ready = Math.min(consumer.available(), batch);
    if (ready === 0) {
      turns = giveWay(turns);
      continue;
    }
    turns = 0;
    for (let ahead = 0; ahead < ready; ahead++) {
      checksum += sum(doubles, consumer.slot(ahead) * DOUBLES);
    }
    consumer.release(ready);
    left -= ready;
  }
  return checksum;
}

function consumeMpsc(consumer: MpscConsumer, count: number, batch: number): number {
  const { doubles } = consumer;
  let checksum = 0;
  let left = count;
  let turns = 0;
  while (left > 0) {
    const ready = Math.min(consumer.available(), batch);
    if (ready === 0) {
      turns = giveWay(turns);
      continue;
    }
    turns = 0;
    for (let ahead = 0; ahead < ready; ahead++) {
      checksum += sum(doubles, consumer.slot(ahead) * DOUBLES);
    }
    consumer.release(ready);
    left -= ready;
  }
  return checksum;
}

function consumeRingbuf(ring: RingBuffer, count: number, batch: number): number {
  const messages = new Float64Array(BATCH_MAX * DOUBLES);
  let checksum = 0;
  let left = count * DOUBLES;
  let turns = 0;
  while (left > 0) {
    const ready = ring.pop(messages, Math.min(batch * DOUBLES, left));
    turns = ready === 0 ? giveWay(turns) : 0;
    for (let at = 0; at < ready; at += DOUBLES) checksum += sum(messages, at);
    left -= ready;
  }
  return checksum;
}

function consumeMessages(port: MessagePort, count: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let checksum = 0;
  let received = 0;
  let answered = 0;
  port.onmessage = (event: MessageEvent<Float64Array>) => {
    const messages = event.data;
    for (let at = 0; at < messages.length; at += DOUBLES) checksum += sum(messages, at);
    received += messages.length / DOUBLES;
    if (received === count) resolve(checksum);
    else if (received - answered >= transport.RING_MESSAGES) {
      answered += transport.RING_MESSAGES;
      port.postMessage(null);
    }
  };
  return promise;
}

async function consume(run: transport.RingRun): Promise<transport.RingOutcome> {
  const { batch, count, gate, memory, port, transport: kind } = run;
  const timed = (work: () => number): transport.RingOutcome => {
    meetAtGate(gate);
    const start = performance.now();
    const checksum = work();
    return { checksum, seconds: (performance.now() - start) / 1_000 };
  };
  if (kind === "postMessage" && port !== undefined) {
    const start = performance.now();
    const checksum = await consumeMessages(port, count);
    port.close();
    return { checksum, seconds: (performance.now() - start) / 1_000 };
  }
  if (memory === undefined) throw new TypeError(`a run over ${kind} without memory`);
  if (kind === "spsc") {
    const consumer = new SpscConsumer(memory);
    return timed(() => consumeSpsc(consumer, count, batch));
  }
  if (kind === "mpsc") {
    const consumer = new MpscConsumer(memory);
    return timed(() => consumeMpsc(consumer, count, batch));
  }
  const ring = new RingBuffer(memory, Float64Array);
  return timed(() => consumeRingbuf(ring, count, batch));
}

self.onmessage = async (event: MessageEvent<transport.RingRun>) => {
  self.postMessage(await consume(event.data));
};
