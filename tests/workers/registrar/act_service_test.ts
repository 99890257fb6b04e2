import assert from "node:assert/strict";
import type { ActAnswer, ActRequest } from "../../../core/protocol/act.ts";
import { ActUnansweredError, NatsActs } from "../../../infra/registrar/nats_acts.ts";
import { ACTS_UNDER_WAY_MAX, serveActs } from "../../../workers/registrar/act_service.ts";
import { withNats } from "../../infra/nats/temporary_nats.ts";

const REQUEST: ActRequest = {
  keyId: "key_12345678",
  timestampMillis: 1_700_000_000_000,
  recvWindowMillis: 5_000,
  signature: "00",
  idempotencyKey: null,
  method: "GET",
  pathWithQuery: "/v1/keys",
  body: "",
};

Deno.test("a gateway's request comes to the registrar as it is, and its answer back", () =>
  withNats(async ({ connectAs }) => {
    const taken: unknown[] = [];
    const carryOut = (json: unknown): Promise<ActAnswer | null> => {
      taken.push(json);
      return Promise.resolve(taken.length === 1 ? { status: 200, body: { keys: [] } } : null);
    };
    const registrar = await connectAs("registrar");
    const service = serveActs(registrar, 0, { carryOut }, () => {});
    await registrar.flush();
    const acts = new NatsActs(await connectAs("gateway"), 0);
    assert.deepEqual(await acts.carryOut(REQUEST), { status: 200, body: { keys: [] } });
    assert.deepEqual(await acts.carryOut(REQUEST), { refused: "unknownAct" });
    assert.deepEqual(taken, [REQUEST, REQUEST]);
    await service.stop();
    await assert.rejects(
      acts.carryOut(REQUEST),
      (error) => error instanceof ActUnansweredError && !error.isUnknown,
    );
  }));

Deno.test("who is no gateway is not answered, and too many at once are refused", () =>
  withNats(async ({ connectAs }) => {
    const held = Promise.withResolvers<ActAnswer>();
    let count = 0;
    const carryOut = (): Promise<ActAnswer> => {
      count++;
      return held.promise;
    };
    const registrar = await connectAs("registrar");
    const service = serveActs(registrar, 0, { carryOut }, () => {});
    const connection = await connectAs("gateway");
    // A reply that is no inbox of a gateway: the answer would go where somebody else listens.
    connection.publish("act.0", JSON.stringify(REQUEST), { reply: "admin.0" });
    connection.publish("act.0", JSON.stringify(REQUEST));
    const acts = new NatsActs(connection, 0);
    const answers = Array.from({ length: ACTS_UNDER_WAY_MAX + 1 }, () => acts.carryOut(REQUEST));
    assert.deepEqual(await Promise.race(answers), { refused: "busy" });
    assert.equal(count, ACTS_UNDER_WAY_MAX);
    held.resolve({ refused: "keyNotFound" });
    const all = await Promise.all(answers);
    assert.equal(all.filter((one) => "refused" in one && one.refused === "keyNotFound").length, 64);
    await service.stop();
  }));

Deno.test("a fault of the registrar is no answer: the outcome is not known", () =>
  withNats(async ({ connectAs }) => {
    const errors: string[] = [];
    const carryOut = () => Promise.reject(new Error("the broker is gone"));
    const registrar = await connectAs("registrar");
    const service = serveActs(registrar, 0, { carryOut }, ({ message }) => {
      errors.push(message);
    });
    await registrar.flush();
    const gateway = await connectAs("gateway");
    const failed = gateway.request("act.0", JSON.stringify(REQUEST), { timeout: 300 });
    await assert.rejects(failed, /TIMEOUT/);
    assert.deepEqual(errors, ["the broker is gone"]);
    await service.stop();
  }));

Deno.test("a gateway asks the registrar whether it answers, and waits no longer than it says", () =>
  withNats(async ({ connectAs }) => {
    const acts = new NatsActs(await connectAs("gateway"), 0);
    await assert.rejects(acts.probe(200), ActUnansweredError);
    const answers: (ActAnswer | null)[] = [{ status: 200, body: { unreadableKeys: 3 } }, null];
    const taken: unknown[] = [];
    const carryOut = (json: unknown): Promise<ActAnswer | null> => {
      taken.push(json);
      const answer = answers.shift();
      return answer === undefined ? Promise.withResolvers<null>().promise : Promise.resolve(answer);
    };
    const registrar = await connectAs("registrar");
    const service = serveActs(registrar, 0, { carryOut }, () => {});
    // Another connection asks: the broker has to know of the service first.
    await registrar.flush();
    assert.deepEqual(await acts.probe(2_000), { unreadableKeys: 3 });
    assert.deepEqual(await acts.probe(2_000), { unreadableKeys: 0 }, "of an earlier version");
    const began = performance.now();
    await assert.rejects(acts.probe(100), ActUnansweredError);
    assert.ok(performance.now() - began < 1_500);
    assert.deepEqual(taken, Array(3).fill({ probe: true }));
    await service.stop();
  }));
