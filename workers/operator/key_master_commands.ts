/**
 * `deno task admin keys reseal`: brings all records under the newest master key.
 *
 * @module
 */
import { withProgress } from "../../infra/provision/progress.ts";
import { shownFingerprint } from "../../infra/keys/master_key.ts";
import type { AdminCommand, AdminSession, Outcome } from "./admin_command.ts";

/** Records that do not open are named, up to so many. */
const NAMED_MAX = 20;

/** The command. */
export const KEY_MASTER_COMMANDS: readonly AdminCommand[] = [
  {
    words: "keys reseal",
    usage: "",
    about: "seals every record again, under the newest master key",
    details: [
      "The master keys are those of secrets/master.key, one a line, or of EDGEBOOK_MASTER_KEY, with",
      "commas between them: the newest first. Every gateway has to have the newest one before this.",
      "RUNBOOK.md says how a master key is replaced.",
    ],
    values: 0,
    options: {},
    run: reseal,
  },
];

async function reseal(session: AdminSession): Promise<Outcome> {
  const { changes, store } = await session.keys();
  const say = (line: string) => console.error(line);
  const { current, damaged, resealed } = await withProgress(
    say,
    "sealing records",
    () => changes.reseal(),
  );
  const fingerprint = shownFingerprint(store.masters.newest.fingerprint);
  const named = damaged.slice(0, NAMED_MAX).join(", ");
  const rest = damaged.length > NAMED_MAX ? " and more" : "";
  const damage = damaged.length === 0
    ? ""
    : `\n${damaged.length} do not open with any master key that is given: ${named}${rest}`;
  return {
    text: `${resealed} sealed again under master key ${fingerprint}, ${current} were already` +
      damage,
    json: { resealed, current, damaged, masterKey: fingerprint },
  };
}
