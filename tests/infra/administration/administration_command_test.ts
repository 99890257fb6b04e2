import assert from "node:assert/strict";
import { contentHash } from "../../../core/matching/content_hash.ts";
import {
  AuditAct,
  TRADE_GROUP_MAX,
  TradeGroupChange,
} from "../../../core/protocol/administration.ts";
import {
  checkRecordFrame,
  FRAME_HEADER_BYTES,
  FrameKind,
  frameTextBytes,
} from "../../../core/protocol/frame.ts";
import { frameAuthor } from "../../../core/protocol/frame_author.ts";
import { OrderWord } from "../../../core/protocol/order_record.ts";
import { ResultCode } from "../../../core/protocol/result_code.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  type AdministrationCommand,
  administrationFrame,
  CommandTextError,
} from "../../../infra/administration/administration_command.ts";

const KEY = { low: 1, high: 0 };

/** Switch and trade group in the record of a command. */
function accountFields(command: AdministrationCommand): unknown[] {
  const bytes = administrationFrame(command, KEY, { sender: 1, frameNumber: 1 });
  const frame = WireBuffer.copyOf(bytes);
  const word = FRAME_HEADER_BYTES >> 2;
  return [frame.bytes[FRAME_HEADER_BYTES + 1], frame.words[word + OrderWord.instrument]];
}

Deno.test("an account command carries its trade group, and leaves it as it is where it names none", () => {
  const account = { kind: "account", account: 7, enabled: true } as const;
  assert.deepEqual(accountFields(account), [1, 0]);
  const most = { ...account, tradeGroup: TRADE_GROUP_MAX };
  assert.deepEqual(accountFields(most), [1, 2 ** 32 - 2]);
  const out = { ...account, enabled: false, tradeGroup: TradeGroupChange.leave };
  assert.deepEqual(accountFields(out), [0, 2 ** 32 - 1]);
});

Deno.test("an audit command has the first 36 characters of its id and 8 bytes of its digest", () => {
  const id = "key_" + "x".repeat(60);
  const digest = new Uint8Array(32).fill(7);
  const audit = {
    kind: "audit",
    act: AuditAct.keyRevoke,
    account: 7,
    subject: id,
    digest,
  } as const;
  const bytes = administrationFrame(audit, KEY, { sender: 1, frameNumber: 1, author: "ada" });
  const frame = WireBuffer.copyOf(bytes);
  assert.equal(checkRecordFrame(frame, 0, bytes.length, FrameKind.administration), ResultCode.ok);
  const at = FRAME_HEADER_BYTES;
  assert.deepEqual([frame.bytes[at], frame.bytes[at + 1], frame.halves[(at >> 1) + 3]], [
    72,
    4,
    36,
  ]);
  assert.deepEqual([...frame.bytes.subarray(at + 48, at + 60)], [...Array(8).fill(7), 0, 0, 0, 0]);
  const text = new TextDecoder().decode(bytes.subarray(at + 64)).replace(/\0+$/, "");
  assert.equal(text, `${id.slice(0, 36)}@ada`);
  assert.equal(frameAuthor(frame, 0), "ada");
});

Deno.test("every command can carry who sent it, and is the same command whoever does", () => {
  const deposit = { kind: "deposit", account: 7, asset: 1, amount: 5 } as const;
  const asset = { kind: "asset", asset: 1, name: "LONGESTAST", scale: 2 } as const;
  const authors = [undefined, "ada", "b".repeat(32)];
  for (const command of [deposit, asset]) {
    const hashes = authors.map((author) => {
      const origin = { sender: 1, frameNumber: 1, ...(author === undefined ? {} : { author }) };
      const frame = WireBuffer.copyOf(administrationFrame(command, KEY, origin));
      assert.equal(frameAuthor(frame, 0), author ?? "");
      const textAt = frame.bytes.length - frameTextBytes(frame, 0);
      return contentHash(frame, FRAME_HEADER_BYTES, textAt);
    });
    assert.equal(new Set(hashes).size, 1);
  }
  for (const author of ["", "two words", "c".repeat(33), "\u0141"]) {
    const origin = { sender: 1, frameNumber: 1, author };
    assert.throws(() => administrationFrame(deposit, KEY, origin), CommandTextError);
  }
});
