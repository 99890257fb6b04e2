/**
 * Holds every answer of a gateway under test against its own OpenAPI document: whatever a test is
 * about, a status, a code or a field that the document does not tell fails it.
 *
 * @module
 */
import type { Hono } from "hono";
import { type ContractOperation, OpenApiContract } from "../support/open_api_contract.ts";

interface Told {
  readonly contract: OpenApiContract;
  readonly paths: readonly { readonly pattern: RegExp; readonly operation: ContractOperation }[];
}

/** All gateways have the same endpoints, and so the same document. */
let told: Promise<Told> | null = null;

async function read(app: Hono): Promise<Told> {
  const response = await app.request("/openapi.json", undefined, {
    remoteAddr: { hostname: "192.0.2.254" },
  });
  const contract = new OpenApiContract(await response.json());
  // A fixed path is found before a pattern that it may match as well.
  const all = contract.operations.toSorted((one, other) =>
    Number(one.path.includes("{")) - Number(other.path.includes("{"))
  );
  const paths = all.map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }));
  return { contract, paths };
}

/**
 * Fails where the answer is none that the document tells of the operation.
 *
 * @param newApp makes a gateway that is asked for its document, so that the one under test counts
 *   nothing that its test has not asked
 */
export async function checkTold(
  newApp: () => Hono,
  request: { readonly method: string; readonly path: string },
  answer: { readonly status: number; readonly headers: Headers; readonly text: string },
): Promise<void> {
  const { contract, paths } = await (told ??= read(newApp()));
  const [path = ""] = request.path.split("?");
  const found = paths.find(({ pattern, operation }) =>
    operation.method === request.method && pattern.test(path)
  );
  if (found === undefined) return;
  contract.checkAnswer(found.operation, answer, `${request.method} ${request.path}`);
}
