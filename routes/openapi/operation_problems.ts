/**
 * Every problem that an endpoint may answer with: those of its operation, and those of the way that
 * a request takes to it (endpoint.ts).
 *
 * @module
 */
import { AdmissionCode } from "../../core/limits/admission_code.ts";
import {
  type CataloguedProblem,
  cataloguedProblem,
} from "../problems/catalogue/problem_catalogue.ts";
import { EdgeCode } from "../problems/edge_code.ts";
import { SIGNED_PROBLEMS } from "../problems/problem_groups.ts";
import { type ProblemCode, PROBLEMS } from "../problems/problems.ts";
import type { DescribedEndpoint } from "./described_endpoint.ts";

/** Of whatever has a way at all. */
const ALWAYS: readonly ProblemCode[] = [
  EdgeCode.urlTooLong,
  EdgeCode.headersTooLarge,
  EdgeCode.internal,
];
const LIMITED: readonly ProblemCode[] = [
  AdmissionCode.addressBanned,
  AdmissionCode.keyTokens,
  EdgeCode.unknownParameter,
  EdgeCode.invalidParameter,
];
const WITH_BODY: readonly ProblemCode[] = [
  EdgeCode.unsupportedMediaType,
  EdgeCode.bodyTooLarge,
  EdgeCode.bodyUnreadable,
  EdgeCode.bodyTooSlow,
];
/** Of a body in JSON. */
const WITH_FIELDS: readonly ProblemCode[] = [
  EdgeCode.malformedJson,
  EdgeCode.notAnObject,
  EdgeCode.unknownField,
  EdgeCode.missingField,
  EdgeCode.invalidField,
  EdgeCode.invalidDecimal,
];

/** The problems of an endpoint, each public code once, by status. */
export function problemsOf(
  { spec, operation }: DescribedEndpoint,
): ReadonlyMap<number, readonly CataloguedProblem[]> {
  const takesNone = !spec.hasBody && spec.method !== "GET";
  const codes = [
    ...ALWAYS,
    ...(spec.weight > 0 ? LIMITED : []),
    ...(spec.scope === null ? [] : SIGNED_PROBLEMS),
    ...(spec.hasBody ? WITH_BODY : []),
    ...(spec.hasBody && operation.body?.schema !== null ? WITH_FIELDS : []),
    ...(takesNone && spec.scope !== null ? [EdgeCode.bodyUnexpected] : []),
    ...(operation.problems ?? []),
  ];
  const names = new Set(codes.map((code) => PROBLEMS[code].code));
  const problems = [...names].map(cataloguedProblem).filter((one) => one !== undefined);
  const statuses = [...new Set(problems.map(({ status }) => status))].sort((a, b) => a - b);
  return new Map(
    statuses.map((status) => [status, problems.filter((one) => one.status === status)]),
  );
}
