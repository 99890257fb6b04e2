import assert from "node:assert/strict";
import { appGrant, permissionClaims, USER_NAMES, userTable } from "../../../infra/nats/users.ts";

Deno.test("every user has an inbox of its own role and nobody may read another's", () => {
  const table = userTable([0]);
  assert.deepEqual(Object.keys(table).sort(), [...USER_NAMES].sort());
  assert.equal(new Set(Object.values(table).map(({ role }) => role)).size, USER_NAMES.length);
  for (const grant of [...Object.values(table), appGrant("7")]) {
    const { sub } = permissionClaims(grant, "UKEY") as { sub: { allow: string[] } };
    const inboxes = sub.allow.filter((subject) => subject.startsWith("_INBOX"));
    assert.deepEqual(inboxes, [`_INBOX.${grant.role}.UKEY.>`]);
  }
});

Deno.test("nobody is granted everything, the system's subjects or a whole inbox tree", () => {
  for (const grant of Object.values(userTable([0, 1]))) {
    for (const subject of [...grant.publish, ...grant.subscribe]) {
      assert.ok(![">", "*", "_INBOX.>"].includes(subject), `${grant.role}: ${subject}`);
      assert.ok(!subject.startsWith("$SYS"), `${grant.role}: ${subject}`);
    }
  }
});

Deno.test("JetStream rights name the streams of the shards that exist, and no others", () => {
  const table = userTable([3, 12]);
  const streams = new Set(
    table.matcher.publish.flatMap((subject) => subject.match(/(JOURNAL|EVENTS)_\d+/)?.[0] ?? []),
  );
  assert.deepEqual([...streams].sort(), ["EVENTS_12", "EVENTS_3", "JOURNAL_12", "JOURNAL_3"]);
  assert.deepEqual(table.admin.publishNever, [
    "$JS.API.STREAM.DELETE.JOURNAL_3",
    "$JS.API.STREAM.DELETE.JOURNAL_12",
  ]);
});

Deno.test("nobody outside the house has a JetStream right, and only the matcher writes the logs", () => {
  const table = userTable([0]);
  for (const grant of [table.backOffice, table.gateway, table.subscriber, appGrant("7")]) {
    assert.deepEqual(grant.publish.filter((subject) => subject.startsWith("$")), [], grant.role);
  }
  for (const name of USER_NAMES) {
    const changes = table[name].publish.filter((subject) =>
      /STREAM\.(CREATE|UPDATE|DELETE|PURGE|MSG\.DELETE)|^journal|^events/.test(subject)
    );
    const expected: Partial<Record<typeof name, string[]>> = {
      matcher: ["journal.*", "events.*"],
      snapshots: ["$JS.API.STREAM.PURGE.OBJ_SNAPSHOTS"],
    };
    assert.deepEqual(changes, expected[name] ?? [], name);
  }
});

Deno.test("an app reads its own account's feeds and sends nothing but snapshot requests", () => {
  const claims = permissionClaims(appGrant("7"), "UKEY");
  assert.deepEqual(claims.pub, { allow: ["md.snapshot.*"], deny: undefined });
  assert.deepEqual(claims.sub, {
    allow: ["user.7.>", "md.>", "_INBOX.app.UKEY.>"],
    deny: ["md.snapshot.*"],
  });
  assert.equal(claims.subs, 1_000);
  assert.equal(claims.payload, 1_024);
});
