/**
 * A command that is ready for the log, and what its client is told of it: the same whether it came
 * alone or among others.
 *
 * @module
 */
import type { CommandReport } from "../../core/protocol/command_report.ts";
import type { Command } from "../../infra/orders/commands.ts";
import type { Outcome } from "../endpoint.ts";
import type { Reply } from "../reply.ts";

/** One command whose request has been checked. */
export interface PreparedCommand {
  readonly command: Command;
  /**
   * What the report comes to; a promise where history has to say more.
   *
   * @param isMinimal without what the client has sent
   */
  answer(report: CommandReport, isMinimal: boolean): Outcome | Promise<Outcome>;
  /**
   * The answer while the outcome is not known.
   *
   * @param isAsked whether the client asked not to wait
   */
  pending(isAsked: boolean): Reply;
}
