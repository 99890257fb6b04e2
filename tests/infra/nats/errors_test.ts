import assert from "node:assert/strict";
import { ErrorCode, NatsError } from "nats.ws";
import { failureText } from "../../../infra/nats/errors.ts";

Deno.test("a failure is told in words, not by the client library's number", () => {
  const failure = (code: string) => failureText(new NatsError(code, code));
  assert.equal(failure(ErrorCode.NoResponders), "the matching process does not answer yet");
  assert.equal(failure(ErrorCode.Timeout), "no answer over NATS in time");
  assert.equal(failureText(new Error("of its own")), "of its own");
  assert.equal(failureText("thrown"), "thrown");
});
