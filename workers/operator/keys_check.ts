/**
 * The check of `deno task doctor` on the API keys: whether all are sealed under the newest master
 * key. Opens none of them.
 *
 * @module
 */
import type { NatsConnection } from "nats.ws";
import { KeyStore } from "../../infra/keys/key_store.ts";
import { shownFingerprint } from "../../infra/keys/master_key.ts";
import { type Check, CHECK_MILLIS_MAX, type Finding } from "./check.ts";

/** The count ends before its check does, and says how far it came. */
const COUNT_MILLIS_MAX = CHECK_MILLIS_MAX - 500;

/** What the check looks at. */
export interface KeysTarget {
  readonly connection: () => Promise<NatsConnection>;
  /** The master keys. Secrets. */
  readonly masterKeys: () => Promise<string>;
}

/** The check. */
export function keysCheck(target: KeysTarget): Check {
  return {
    name: "keys",
    advice: "restore secrets/master.key: without it no API key opens",
    look: () => lookAtKeys(target),
  };
}

async function lookAtKeys({ connection, masterKeys }: KeysTarget): Promise<Finding> {
  const store = await KeyStore.open(await connection(), await masterKeys());
  const counted = await store.countOlder(AbortSignal.timeout(COUNT_MILLIS_MAX));
  const { all, newest } = store.masters;
  return keysFinding(counted, shownFingerprint(newest.fingerprint), all.length);
}

/** What follows from the counts, and from how many master keys are given. */
export function keysFinding(
  { older, all, whole }: { readonly older: number; readonly all: number; readonly whole: boolean },
  fingerprint: string,
  masterKeys: number,
): Finding {
  const records = whole ? `${all} records` : `the first ${all} records`;
  if (older > 0) {
    return {
      status: "warn",
      detail: `${older} of ${records} under an older master key than ${fingerprint}`,
      advice: "seal them again: deno task admin keys reseal",
    };
  }
  const detail = `${records} under master key ${fingerprint}`;
  if (masterKeys === 1 || !whole) return { status: "ok", detail };
  return { status: "ok", detail: `${detail}; the ${masterKeys - 1} older are not needed any more` };
}
