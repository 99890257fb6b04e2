/**
 * What `GET /metrics` says of streams.
 *
 * @module
 */
import type { Backend } from "../gateway.ts";
import { STREAM_ENDS, type StreamEnd } from "./stream_end.ts";
import { type StreamCounts, type StreamTable, type Transport, TRANSPORTS } from "./stream_table.ts";

type Kind = "counter" | "gauge";

/** The lines, in the text format of Prometheus. */
export function streamLines(table: StreamTable, backend: Backend | null): string[] {
  const each = (
    name: string,
    kind: Kind,
    about: string,
    value: (counts: StreamCounts, transport: Transport) => number,
  ): string[] => [
    ...head(name, kind, about),
    ...TRANSPORTS.map((transport) =>
      `edgebook_streams_${name}{transport="${transport}"} ${
        value(table.counts[transport], transport)
      }`
    ),
  ];
  const reasons = Object.keys(STREAM_ENDS) as StreamEnd[];
  return [
    ...each("open", "gauge", "Streams that are open.", (_, transport) => table.open(transport)),
    ...each("opened_total", "counter", "Streams that were opened.", ({ opened }) => opened),
    ...each("refused_total", "counter", "Streams there was no room for.", (one) => one.refused),
    ...each("items_total", "counter", "Messages and remarks sent.", ({ items }) => items),
    ...each("bytes_total", "counter", "Bytes sent.", ({ bytes }) => bytes),
    ...each(
      "conflated_total",
      "counter",
      "Messages in whose place a newer one was sent, of " +
        "streams that have ended.",
      ({ conflated }) => conflated,
    ),
    ...head("ended_total", "counter", "Streams that the gateway ended, by its reason."),
    ...TRANSPORTS.flatMap((transport) =>
      reasons.map((reason) =>
        `edgebook_streams_ended_total{transport="${transport}",reason="${reason}"} ${
          table.counts[transport].ended.get(reason) ?? 0
        }`
      )
    ),
    ...backend === null ? [] : hubLines(backend),
  ];
}

function hubLines({ feeds: { counts, subjects } }: Backend): string[] {
  return [
    ...head("subjects", "gauge", "Subjects that are listened to."),
    `edgebook_streams_subjects ${subjects}`,
    ...head("heard_messages_total", "counter", "Messages that came from the broker."),
    `edgebook_streams_heard_messages_total ${counts.messages}`,
    ...head("heard_bytes_total", "counter", "Bytes of them."),
    `edgebook_streams_heard_bytes_total ${counts.bytes}`,
  ];
}

function head(name: string, kind: Kind, about: string): string[] {
  return [`# HELP edgebook_streams_${name} ${about}`, `# TYPE edgebook_streams_${name} ${kind}`];
}
