/**
 * Sends administrative commands to the leader of a shard and waits for what became of them.
 *
 * Every command has an idempotency text; its request key is derived from it. A repeat within the
 * outcome table's horizon (ten minutes of journal time) is answered with the first outcome, so an
 * answer that got lost costs nothing. After the horizon the same text is a new command, but for a
 * movement of money that was carried out: that one is answered with its first outcome for ever.
 *
 * @example
 * ```ts ignore
 * const client = new AdminClient(connection, 0);
 * await client.send({ kind: "account", account: 7, enabled: true }, "open account 7");
 * ```
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import {
  type CommandReport,
  isDone,
  readCommandReport,
} from "../../core/protocol/command_report.ts";
import { EventKind, OrderStatus } from "../../core/protocol/event_record.ts";
import { frameCode, frameCount, FrameKind, frameKind } from "../../core/protocol/frame.ts";
import { requestKeyOfSignedRequest } from "../../core/protocol/request_key.ts";
import { ResultCode } from "../../core/protocol/result_code.ts";
import { adminSubject } from "../../core/protocol/subjects.ts";
import { WireBuffer } from "../../core/protocol/wire_buffer.ts";
import { hasValidCrc } from "../journal/crc.ts";
import { type AdministrationCommand, administrationFrame } from "./administration_command.ts";
import { AdministrationError } from "./errors.ts";
import { requestUntil } from "./patient_request.ts";

/** How long a command may take, all attempts together, when the caller says nothing else. */
export const COMMAND_MILLIS_MAX = 10_000;

/** Refusals of a whole frame that pass: the same frame is sent again. */
const TEMPORARY_REFUSALS: ReadonlySet<number> = new Set([
  ResultCode.frameCrc,
  ResultCode.leaderBusy,
  ResultCode.leaderStarting,
  ResultCode.journalUnavailable,
]);

/** Why a command ended that was carried out: not an error. */
const DONE_CODES: ReadonlySet<number> = new Set([ResultCode.ok, ResultCode.canceledByOperator]);

/** The operator's side of one shard. One command at a time: they are rare and their order counts. */
export class AdminClient {
  readonly #connection: NatsConnection;
  readonly #subject: string;
  readonly #millisMax: number;
  readonly #author: string | undefined;
  #sender = 0;
  #frameNumber = 0;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param connection of the admin user
   * @param millisMax how long each command may take
   * @param author name of who asks, which stands in the journal with every command
   */
  constructor(
    connection: NatsConnection,
    shard: number,
    millisMax: number = COMMAND_MILLIS_MAX,
    author?: string,
  ) {
    this.#connection = connection;
    this.#subject = adminSubject(shard);
    this.#millisMax = millisMax;
    this.#author = author;
    this.#becomeNewSender();
  }

  /**
   * Sends a command and waits until it is in the journal and carried out.
   *
   * @param idempotencyText names this very command, ASCII; the same text again is a repeat
   * @throws {AdministrationError} when it was refused; also when the text was used for another one
   * @throws {NoLeaderError} when no answer came: whether it was carried out is unknown
   */
  send(command: AdministrationCommand, idempotencyText: string): Promise<CommandReport> {
    const result = this.#last.then(() => this.#send(command, idempotencyText));
    this.#last = result.catch(() => {});
    return result;
  }

  async #send(command: AdministrationCommand, idempotencyText: string): Promise<CommandReport> {
    const key = requestKeyOfSignedRequest(idempotencyText);
    this.#frameNumber++;
    const origin = {
      sender: this.#sender,
      frameNumber: this.#frameNumber,
      ...(this.#author === undefined ? {} : { author: this.#author }),
    };
    const frame = administrationFrame(command, key, origin);
    let answer: WireBuffer;
    try {
      answer = await requestUntil(
        this.#connection,
        this.#subject,
        frame,
        this.#millisMax,
        usableAnswer,
      );
    } catch (error) {
      // The leader may never have seen this number, and it takes a sender's frames without gaps.
      this.#becomeNewSender();
      throw error;
    }
    if (frameKind(answer, 0) === FrameKind.refusal) {
      this.#becomeNewSender();
      throw new AdministrationError(command.kind, frameCode(answer, 0), 0, 0, null);
    }
    return carriedOut(command.kind, readCommandReport(answer, 0, frameCount(answer, 0)));
  }

  #becomeNewSender(): void {
    this.#sender = crypto.getRandomValues(new Uint32Array(1))[0];
    this.#frameNumber = 0;
  }
}

/** The answer as a frame, or why another attempt is needed. */
function usableAnswer(bytes: Uint8Array): WireBuffer | string {
  if (!hasValidCrc(bytes)) return "an answer with a wrong CRC";
  const answer = WireBuffer.copyOf(bytes);
  const kind = frameKind(answer, 0);
  if (kind === FrameKind.refusal) {
    const code = frameCode(answer, 0);
    return TEMPORARY_REFUSALS.has(code) ? `refused for the moment, code ${code}` : answer;
  }
  if (kind !== FrameKind.reports || frameCount(answer, 0) === 0) return "an answer without reports";
  return answer;
}

/** The report of a command that was carried out, now or when it came first. */
function carriedOut(command: string, report: CommandReport): CommandReport {
  if (isDone(report) && DONE_CODES.has(report.code)) return report;
  // A repeat of a rejected command keeps its limit and value where others keep what was executed.
  const isRepeat = report.kind === EventKind.summary && report.status === OrderStatus.rejected;
  const limit = isRepeat ? report.executedLots : report.limit;
  const value = isRepeat ? report.leavesLots : report.value;
  throw new AdministrationError(command, report.code, limit, value, report);
}
