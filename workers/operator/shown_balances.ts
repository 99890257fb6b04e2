/**
 * The balances of an account, for the operator's commands.
 *
 * @module
 */
import { formatDecimal } from "../../core/protocol/decimal.ts";
import { queryLeader } from "../../infra/administration/leader_query.ts";
import { type AdminSession, ANSWER_MILLIS_MAX } from "./admin_command.ts";

/** A balance in decimals, as an operator reads it. */
export interface ShownBalance {
  readonly asset: string;
  readonly total: string;
  readonly available: string;
  readonly held: string;
}

/** What an account has, by the leader. */
export async function shownBalances(
  session: AdminSession,
  account: number,
): Promise<ShownBalance[]> {
  const connection = await session.connection();
  const query = { kind: "balances", account } as const;
  const { balances } = await queryLeader(connection, session.shard, query, ANSWER_MILLIS_MAX);
  return balances.map(({ asset, scale, available, held }) => ({
    asset,
    total: formatDecimal(available + held, scale),
    available: formatDecimal(available, scale),
    held: formatDecimal(held, scale),
  }));
}
