/**
 * A check of `deno task doctor`, and how all of them are run at once.
 *
 * @module
 */

/** How long one check may take. */
export const CHECK_MILLIS_MAX = 2_000;

/** How a check came out. */
export type CheckStatus = "ok" | "warn" | "fail";

/** What a check found. */
export interface Finding {
  readonly status: CheckStatus;
  readonly detail: string;
  /** What to do; left out where nothing is to be done. */
  readonly advice?: string;
}

/** A check could not look, because of something that another check says. Has no advice of its own. */
export class NotLookedAtError extends Error {
  override readonly name = "NotLookedAtError";
  constructor(reason: string) {
    super(`not looked at: ${reason}`);
  }
}

/** Something to look at. Runs beside all others; rejects for "fail". */
export interface Check {
  readonly name: string;
  /** What to do when it fails or does not answer. */
  readonly advice: string;
  readonly look: () => Promise<Finding>;
}

/** A finding with the name of its check. */
export interface CheckResult extends Finding {
  readonly name: string;
}

/** Runs every check at once, each within its time. Never rejects. */
export function runChecks(
  checks: readonly Check[],
  millisMax: number = CHECK_MILLIS_MAX,
): Promise<CheckResult[]> {
  return Promise.all(checks.map((check) => runCheck(check, millisMax)));
}

async function runCheck(check: Check, millisMax: number): Promise<CheckResult> {
  const { advice, name } = check;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      resolve({ status: "fail", detail: `no answer in ${millisMax} ms`, advice });
    }, millisMax);
  });
  try {
    return { name, ...await Promise.race([check.look(), late]) };
  } catch (error) {
    const detail = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const isAdvised = !(error instanceof NotLookedAtError);
    return { name, status: "fail", detail, ...(isAdvised ? { advice } : {}) };
  } finally {
    clearTimeout(timer);
  }
}
