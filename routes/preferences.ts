/**
 * What a client would like of an answer: the header field `Prefer` (RFC 7240), read at one place.
 *
 * @module
 */
import type { HeaderFields } from "./reply.ts";

/** The preferences that this gateway knows. Those that it does not know are passed over. */
export interface Preferences {
  /** `respond-async`: the outcome is not waited for. */
  readonly isAsync: boolean;
  /** `return=minimal`: the answer has only what its client cannot know. */
  readonly isMinimal: boolean;
}

const NONE: Preferences = { isAsync: false, isMinimal: false };
/** A preference up to the next comma, but for those within quotes. */
const PREFERENCE = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;
/** Its name and its value; parameters behind it mean nothing to the preferences that are known. */
const NAME_AND_VALUE =
  /^[ \t]*([^ \t=;"]+)[ \t]*(?:=[ \t]*("(?:[^"\\]|\\.)*"|[^ \t;"]*)[ \t]*)?(?:;|$)/;

/**
 * Reads the field. Several fields come as one, joined by commas. Of a preference that is there more
 * than once the first counts. O(length), which the platform bounds.
 *
 * @param prefer `null`: there is none
 */
export function readPreferences(prefer: string | null): Preferences {
  if (prefer === null) return NONE;
  const values = new Map<string, string>();
  for (const [preference] of prefer.matchAll(PREFERENCE)) {
    const [, name, value = ""] = NAME_AND_VALUE.exec(preference) ?? [];
    const known = name?.toLowerCase();
    if (known !== undefined && !values.has(known)) values.set(known, unquoted(value));
  }
  return {
    // An empty value is none.
    isAsync: values.get("respond-async") === "",
    isMinimal: values.get("return")?.toLowerCase() === "minimal",
  };
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;

/** The field that says which of them an answer has met. */
export function appliedFields({ isAsync, isMinimal }: Preferences): HeaderFields {
  const applied = [
    ...(isAsync ? ["respond-async"] : []),
    ...(isMinimal ? ["return=minimal"] : []),
  ];
  return applied.length === 0 ? [] : [["preference-applied", applied.join(", ")]];
}
