/**
 * The catalogue of errors: every public code, by the stage that meets the problem. A code without an
 * entry does not compile.
 *
 * @module
 */
import type { ProblemKind } from "../problem_kind.ts";
import { PROBLEMS, type PublicCode } from "../problems.ts";
import { LIMIT_PROBLEMS, PERMISSION_PROBLEMS, SIGNATURE_PROBLEMS } from "./access_problems.ts";
import type { CatalogueEntry, CataloguePart } from "./catalogue_entry.ts";
import { MARKET_PROBLEMS, REPEAT_PROBLEMS, TERMS_PROBLEMS } from "./order_problems.ts";
import { REQUEST_PROBLEMS } from "./request_problems.ts";
import {
  ADMINISTRATION_PROBLEMS,
  AVAILABILITY_PROBLEMS,
  PROTOCOL_PROBLEMS,
  STREAM_PROBLEMS,
} from "./service_problems.ts";

const TEXTS = {
  ...SIGNATURE_PROBLEMS,
  ...PERMISSION_PROBLEMS,
  ...LIMIT_PROBLEMS,
  ...REQUEST_PROBLEMS,
  ...TERMS_PROBLEMS,
  ...MARKET_PROBLEMS,
  ...REPEAT_PROBLEMS,
  ...STREAM_PROBLEMS,
  ...AVAILABILITY_PROBLEMS,
  ...ADMINISTRATION_PROBLEMS,
  ...PROTOCOL_PROBLEMS,
} as const satisfies Required<CataloguePart>;

/** What a client sees of each public code. */
const KINDS: ReadonlyMap<string, ProblemKind> = new Map(
  Object.values(PROBLEMS).map((kind: ProblemKind) => [kind.code, kind]),
);

/** One code of the catalogue, with everything that there is to say. */
export interface CataloguedProblem extends ProblemKind<PublicCode>, CatalogueEntry {}

/** The codes that one stage meets. */
export interface CatalogueStage {
  readonly title: string;
  readonly problems: readonly CataloguedProblem[];
}

/** The problem of a public code; `undefined` where there is none. */
export function cataloguedProblem(code: string): CataloguedProblem | undefined {
  const kind = KINDS.get(code) as ProblemKind<PublicCode> | undefined;
  if (kind === undefined) return undefined;
  const [meaning, remedy] = TEXTS[kind.code];
  return { ...kind, meaning, remedy };
}

const stage = (title: string, part: CataloguePart): CatalogueStage => ({
  title,
  problems: Object.keys(part).map(cataloguedProblem).filter((one) => one !== undefined),
});

/** The whole catalogue, in the order in which a request meets the stages. */
export const CATALOGUE: readonly CatalogueStage[] = [
  stage("Form of the request", REQUEST_PROBLEMS),
  stage("Signatures and tokens", SIGNATURE_PROBLEMS),
  stage("Permission", PERMISSION_PROBLEMS),
  stage("Limits", LIMIT_PROBLEMS),
  stage("Terms of an order", TERMS_PROBLEMS),
  stage("Account and market", MARKET_PROBLEMS),
  stage("Repeats", REPEAT_PROBLEMS),
  stage("Streams", STREAM_PROBLEMS),
  stage("Availability", AVAILABILITY_PROBLEMS),
  stage("Administration", ADMINISTRATION_PROBLEMS),
  stage("Between the processes", PROTOCOL_PROBLEMS),
];
