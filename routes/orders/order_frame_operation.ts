/**
 * What the reference says of frames of records.
 *
 * @module
 */
import { FRAME_RECORDS_MAX } from "../../core/protocol/frame.ts";
import { FRAME_TYPE } from "../middleware/body.ts";
import type { Operation } from "../operation.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { COMMAND_PROBLEMS } from "../problems/problem_groups.ts";
import { IDEMPOTENCY_KEY_PARAMETER, PREFER_PARAMETER } from "../schema/parameters.ts";

/**
 * A frame of one record, a limit buy of 0.0001 BTC-USD at 0.01 with the request key 1, in base64: an
 * example of bytes cannot stand in JSON.
 */
export const FRAME_EXAMPLE_BASE64 =
  "RURCSwEBAQBGtUA7AAAAAAAAAAAAAAAAAAAAAGAAAAABAAEBAAEAAAEAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** The answer to it on a fresh market: one `accepted`. */
export const FRAME_ANSWER_BASE64 =
  "RURCSwEDAQC5NmNXAAAAAAEAAAAAAAAAAQAAAIgAAADQRx4YJAoGAAEAAAAAAAAAEgAAAAAAAAABAAAAAQAAAAEAAQgAAAAAAQAAAAEAAAABAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQEAAQAAAAAAAAAAAAAAAA==";

/** `POST /v1/frames`. */
export const framesOperation: Operation = {
  id: "sendFrame",
  group: "Orders",
  summary: "Send a frame of binary records",
  description:
    `Up to ${FRAME_RECORDS_MAX} commands as 64-byte records, the ones that the log is made of; ` +
    "`routes/orders/FRAMES.md` has their bytes and an example in Python. What is signed in the place of the " +
    "body is its SHA-256 in lower-case hexadecimal. A frame with anything wrong in it is refused as " +
    "a whole; records of one that was sent stand for themselves, in their order. The same signed " +
    "request again repeats nothing. Ten records cost a unit, cancels by the limits of cancels. The " +
    "examples are in base64.",
  parameters: [PREFER_PARAMETER, IDEMPOTENCY_KEY_PARAMETER],
  body: { contentType: FRAME_TYPE, schema: null, example: FRAME_EXAMPLE_BASE64 },
  answers: [
    {
      status: 200,
      description: "The reports of all records, in frames of reports.",
      body: { contentType: FRAME_TYPE, schema: null, example: FRAME_ANSWER_BASE64 },
    },
    {
      status: 202,
      description:
        "Reports are missing: of those records the outcome is not known yet. The same signed request " +
        "again gives it. The example has some of its reports; where all are missing it is empty.",
      body: { contentType: FRAME_TYPE, schema: null, example: FRAME_ANSWER_BASE64 },
    },
  ],
  problems: [
    EdgeCode.invalidFrame,
    EdgeCode.invalidRecord,
    EdgeCode.tooManyCommands,
    ...COMMAND_PROBLEMS,
  ],
};
