/**
 * A ticket for a stream, as `POST /v1/stream-tickets` answers it.
 *
 * @module
 */
import * as v from "valibot";
import { MicrosSchema } from "./fields.ts";

/** Answer of `POST /v1/stream-tickets`. */
export const StreamTicketSchema = v.pipe(
  v.strictObject({
    ticket: v.pipe(
      v.string(),
      v.description("For the parameter `ticket` of `GET /v1/stream`. Good once, and not for long."),
    ),
    expiresMicros: MicrosSchema,
  }),
  v.title("StreamTicket"),
);
/** See {@link StreamTicketSchema}. */
export type StreamTicketAnswer = v.InferOutput<typeof StreamTicketSchema>;
