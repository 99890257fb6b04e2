/**
 * Frames of records for fast-check: those that FRAMES.md allows, and damaged ones.
 *
 * @module
 */
import fc from "fast-check";
import { Side } from "../../core/protocol/order_record.ts";
import { ClientFrame } from "./client_frames.ts";

/** A frame as it is sent. */
export type FrameBytes = Uint8Array<ArrayBuffer>;

const RECORDS_MAX = 5;
/** Where the records begin. */
const HEADER_BYTES = 32;
const RECORD_BYTES = 64;

type Step = (frame: ClientFrame) => unknown;

const places: fc.Arbitrary<Step> = fc.record({
  side: fc.constantFrom(Side.buy, Side.sell),
  priceTicks: fc.integer({ min: 4_999_990, max: 5_000_010 }),
  quantityLots: fc.integer({ min: 1, max: 1_000 }),
}).map((fields) => (frame) => frame.place(fields));

/** Frames of a few commands; `orderIds` of orders that may be there. */
export function validFrames(orderIds: readonly string[]): fc.Arbitrary<FrameBytes> {
  const ids = fc.constantFrom(1, ...orderIds.map(Number));
  const steps: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: places },
    ids.map((id): Step => (frame) => frame.cancel({ id })),
    fc.tuple(ids, fc.integer({ min: 1, max: 900 }))
      .map(([id, lots]): Step => (frame) => frame.amend(id, 0, lots)),
    fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(null, Side.buy, Side.sell))
      .map(([instrument, side]): Step => (frame) => frame.cancelAll(instrument, side)),
  );
  return fc.array(steps, { minLength: 1, maxLength: RECORDS_MAX }).map((some) => {
    const frame = new ClientFrame();
    for (const step of some) step(frame);
    return frame.seal();
  });
}

/** Bytes that are no frame, frames that are cut or changed, and records of which a byte is another one. */
export function damagedFrames(orderIds: readonly string[]): fc.Arbitrary<FrameBytes> {
  const random = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => bytes.slice());
  const changed = fc.tuple(
    validFrames(orderIds),
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    fc.constantFrom("flip", "cut", "grow"),
  ).map(([frame, at, mask, way]) => {
    const place = at % frame.length;
    if (way === "cut") return frame.slice(0, Math.max(1, place));
    if (way === "grow") return new Uint8Array([...frame, ...new Uint8Array(mask)]);
    const other = frame.slice();
    other[place] ^= mask;
    return other;
  });
  // With a CRC that is right, so that what is wrong with the record itself is met.
  const records = fc.tuple(fc.nat({ max: RECORD_BYTES - 1 }), fc.integer({ min: 1, max: 255 })).map(
    ([at, mask]) =>
      new ClientFrame().place().seal(({ bytes }) => {
        bytes[HEADER_BYTES + at] ^= mask;
      }),
  );
  return fc.oneof(random, changed, records) as fc.Arbitrary<FrameBytes>;
}
