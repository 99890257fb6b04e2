import assert from "node:assert/strict";
import { TRADE_GROUP_MAX, TradeGroupChange } from "../../../core/protocol/administration.ts";
import { FRAME_HEADER_BYTES } from "../../../core/protocol/frame.ts";
import { OrderWord } from "../../../core/protocol/order_record.ts";
import { WireBuffer } from "../../../core/protocol/wire_buffer.ts";
import {
  type AdministrationCommand,
  administrationFrame,
} from "../../../infra/administration/administration_command.ts";

/** Switch and trade group in the record of a command. */
function accountFields(command: AdministrationCommand): unknown[] {
  const bytes = administrationFrame(command, { low: 1, high: 0 }, { sender: 1, frameNumber: 1 });
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
