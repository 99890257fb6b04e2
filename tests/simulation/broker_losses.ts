/**
 * A broker that breaks its word: it loses or changes what it had acknowledged. What is lost is such
 * that the system can see it (from the events, from a snapshot, from the journal itself), so it has
 * to stop; but for lost events, which the journal makes again.
 *
 * @module
 */
import { frameCount, FrameKind, frameKind, frameLength } from "../../core/protocol/frame.ts";
import { CommandKind, OrderWord } from "../../core/protocol/order_record.ts";
import { POSITIONED_BODY_BYTES, positionNumber } from "../../core/protocol/position.ts";
import { FRAME_HEADER_BYTES } from "../../core/protocol/frame.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { sealCrc } from "../../infra/journal/crc.ts";
import type { SimulatedBroker } from "./simulated_broker.ts";
import type { SimulatedWorld } from "./simulated_world.ts";
import type { LossKind } from "./simulation_plan.ts";

/** Messages that are lost at once, at most. */
const LOST_MAX = 4;

/** Whether every matching process dies with the broker, for a living one need not read again. */
export const killsAll = (kind: LossKind): boolean =>
  kind !== "journal cut behind its events" && kind !== "journal and events cut" &&
  kind !== "events lost";

/** Whether the system has to stop. */
export const mustStop = (kind: LossKind): boolean => kind !== "events lost";

/**
 * Lets the broker lose something; returns false when there is nothing yet that would be seen.
 *
 * @param leastApplied the last append that every matching process has applied
 */
export function lose(
  kind: LossKind,
  broker: SimulatedBroker,
  world: SimulatedWorld,
  leastApplied: number,
): boolean {
  const { events, journal, objects } = broker;
  const length = journal.length;
  switch (kind) {
    case "journal and events cut": {
      // Only those who have applied what is lost can know.
      const left = length - 1 - world.below(LOST_MAX);
      if (left < 2 || leastApplied <= left) return false;
      cut(broker, left);
      return true;
    }
    case "journal cut behind its events": {
      const left = length - 1 - world.below(LOST_MAX);
      const last = events.at(-1);
      if (left < 2 || last === undefined || journalSequenceOf(last) <= left) return false;
      journal.length = left;
      return true;
    }
    case "journal cut behind a snapshot": {
      const newest = [...objects.keys()].sort().at(-1);
      const sequence = newest === undefined ? 0 : Number(/-(\d+)\.snapshot$/.exec(newest)?.[1]);
      const left = sequence - 1 - world.below(LOST_MAX);
      if (left < 2) return false;
      cut(broker, left);
      return true;
    }
    case "journal message missing":
    case "journal message damaged":
    case "journal message changed": {
      if (length < 6) return false;
      objects.clear();
      const at = 2 + world.below(length - 5);
      if (kind === "journal message missing") journal[at] = null;
      else return change(broker, at, kind === "journal message damaged", world);
      return true;
    }
    case "events lost": {
      if (events.length < 6) return false;
      events.length -= 1 + world.below(LOST_MAX);
      return true;
    }
  }
}

/** Both streams end behind an append. */
function cut({ events, journal }: SimulatedBroker, left: number): void {
  journal.length = left;
  while (events.length > 0 && journalSequenceOf(events[events.length - 1]) > left) events.pop();
}

function journalSequenceOf(events: Uint8Array): number {
  return positionNumber(WireBuffer.copyOf(events), 0);
}

/** Flips a bit of a message; or gives an order in it to another account, and makes the CRC right. */
function change(
  { journal }: SimulatedBroker,
  at: number,
  isFlipped: boolean,
  world: SimulatedWorld,
): boolean {
  const stored = journal[at];
  if (stored === null) return false;
  const wire = WireBuffer.copyOf(stored.message);
  const { length } = stored.message;
  if (isFlipped) wire.bytes[world.below(length)] ^= 1 << world.below(8);
  else {
    const record = firstOrder(wire);
    if (record < 0) return false;
    const word = (record >> 2) + OrderWord.account;
    wire.words[word] = wire.words[word] % 5 + 1;
    sealCrc(wire, length);
  }
  journal[at] = { ...stored, message: wire.bytes.slice(0, length) };
  return true;
}

/** Where the first record of a new order stands, or -1. */
function firstOrder(append: WireBuffer): number {
  let at = POSITIONED_BODY_BYTES;
  for (let frame = 0; frame < frameCount(append, 0); frame++) {
    const record = at + FRAME_HEADER_BYTES;
    const isOrder = frameKind(append, at) === FrameKind.orders &&
      append.bytes[record] === CommandKind.newOrder;
    if (isOrder) return record;
    at += frameLength(append, at);
  }
  return -1;
}
