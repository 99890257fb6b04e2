import assert from "node:assert/strict";
import { StreamTickets } from "../../../infra/streams/stream_tickets.ts";

const [OLD, NEW] = ["0a".repeat(32), "0b".repeat(32)];
const TICKET = {
  account: 7,
  slot: 3,
  revision: 120,
  expiresMicros: 1_700_000_030_000_000,
  keyId: "key_of-account",
};
const NOW = TICKET.expiresMicros - 1;

Deno.test("a ticket says what it was made of, until its time is over", () => {
  const tickets = new StreamTickets(NEW);
  const text = tickets.sign(TICKET);
  assert.deepEqual(tickets.verify(text, NOW), TICKET);
  assert.equal(tickets.verify(text, TICKET.expiresMicros), null);
  assert.match(text, /^[\w.-]+$/, "it stands in a URL as it is");
});

Deno.test("all gateways of a deployment know it, also while the master key is changed", () => {
  const text = new StreamTickets(OLD).sign(TICKET);
  assert.deepEqual(new StreamTickets(`${NEW},${OLD}`).verify(text, NOW), TICKET);
  assert.equal(new StreamTickets(NEW).verify(text, NOW), null);
  const newest = new StreamTickets(`${NEW}\n${OLD}`).sign(TICKET);
  assert.deepEqual(new StreamTickets(NEW).verify(newest, NOW), TICKET);
});

Deno.test("no character of it can be changed", () => {
  const tickets = new StreamTickets(NEW);
  const text = tickets.sign(TICKET);
  for (let at = 0; at < text.length; at++) {
    for (const other of ["1", "9", "A", "."]) {
      if (text[at] === other) continue;
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      assert.equal(tickets.verify(changed, NOW), null, changed);
    }
    assert.equal(tickets.verify(text.slice(0, at), NOW), null);
  }
  assert.equal(tickets.verify(`${text}A`, NOW), null);
});
