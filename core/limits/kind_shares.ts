/**
 * What a request is to a gateway's total, and how much of it each kind may use.
 *
 * A cancel is never refused and takes no tokens: it takes risk off, and a flood of cancels, which
 * each key's own bucket bounds, must not open the breaker for everybody. It counts as under way, for
 * the path carries it. The other kinds have a share of the concurrency, of the tokens and of the
 * leak's depth, so that under pressure the lower kind is refused first and the higher ones find
 * what it had to leave:
 *
 * ```text
 * kind      | share | leaky only, units ahead | why
 * amend     |  95 % |                       2 | often takes risk off too; the rest is for cancels
 * new order |  90 % |                       1 | what rests already has to be managed first
 * read      |  80 % |                       0 | changes nothing, and can come again
 * ```
 *
 * So reads starve while orders use all there is, and orders while amends do; nobody is kept out by
 * a lower kind.
 *
 * @module
 */

/** Share of the concurrency, the tokens and the leak that each kind may use, by AdmissionKind. */
export const KIND_SHARES: readonly number[] = [1, 0.95, 0.9, 0.8];
/** Units that may be ahead of a request of each kind where leaky only, by AdmissionKind. */
export const KIND_UNITS_AHEAD: readonly number[] = [0, 2, 1, 0];
