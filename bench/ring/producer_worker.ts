/**
 * The producing Worker of the ring bench.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { RingBuffer } from "ringbuf.js";
import { MpscProducer } from "../../core/memory/mpsc_ring.ts";
import { SpscProducer } from "../../core/memory/spsc_ring.ts";
import * as transport from "./transport.ts";

// Names of this module's own: an imported name is looked up at every use.
const { BATCH_MAX, giveWay, meetAtGate, MESSAGE_DOUBLES, writeMessage } = transport;
const DOUBLES = MESSAGE_DOUBLES;
const write = writeMessage;

function produceSpsc(producer: SpscProducer, count: number, batch: number): void {
  const { doubles } = producer;
  for (let n = 0; n < count; n += batch) {
    let turns = 0;
    while (producer.claim(batch) < 0) turns = giveWay(turns);
    for (let ahead = 0; ahead < batch; ahead++) {
      write(doubles, producer.slot(ahead) * DOUBLES, n + ahead);
    }
    producer.publish();
  }
}

function produceMpsc(producer: MpscProducer, count: number, batch: number): void {
  const { doubles } = producer;
  for (let n = 0; n < count; n += batch) {
    let turns = 0;
    while (producer.claim(batch) < 0) turns = giveWay(turns);
    for (let ahead = 0; ahead < batch; ahead++) {
      write(doubles, producer.slot(ahead) * DOUBLES, n + ahead);
    }
    producer.publish();
  }
}

function produceRingbuf(ring: RingBuffer, count: number, batch: number): void {
  const messages = new Float64Array(BATCH_MAX * DOUBLES);
  const length = batch * DOUBLES;
  for (let n = 0; n < count; n += batch) {
    let turns = 0;
    for (let ahead = 0; ahead < batch; ahead++) write(messages, ahead * DOUBLES, n + ahead);
    let pushed = ring.push(messages, length);
    while (pushed < length) {
      turns = giveWay(turns);
      pushed += ring.push(messages, length - pushed, pushed);
    }
  }
}

/** The consumer answers every ring's worth of messages, so that no more of them pile up. */
async function produceMessages(port: MessagePort, count: number, batch: number): Promise<void> {
  let allowed = transport.RING_MESSAGES;
  let answered = Promise.withResolvers<void>();
  port.onmessage = () => {
    allowed += transport.RING_MESSAGES;
    answered.resolve();
    answered = Promise.withResolvers<void>();
  };
  for (let n = 0; n < count; n += batch) {
    if (n + batch > allowed) await answered.promise;
    const messages = new Float64Array(batch * DOUBLES);
    for (let ahead = 0; ahead < batch; ahead++) write(messages, ahead * DOUBLES, n + ahead);
    port.postMessage(messages);
  }
}

self.onmessage = async (event: MessageEvent<transport.RingRun>) => {
  const { batch, count, gate, memory, port, transport: kind } = event.data;
  if (kind === "postMessage" && port !== undefined) {
    await produceMessages(port, count, batch);
    return;
  }
  if (memory === undefined) throw new TypeError(`a run over ${kind} without memory`);
  if (kind === "spsc") {
    const producer = new SpscProducer(memory);
    meetAtGate(gate);
    produceSpsc(producer, count, batch);
  } else if (kind === "mpsc") {
    const producer = new MpscProducer(memory);
    meetAtGate(gate);
    produceMpsc(producer, count, batch);
  } else {
    const ring = new RingBuffer(memory, Float64Array);
    meetAtGate(gate);
    produceRingbuf(ring, count, batch);
  }
};
