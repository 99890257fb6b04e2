/**
 * A router for paths most of which are fixed: finds those in a table, and asks Hono's general
 * router about the others.
 *
 * Hono's fastest router takes no fixed path where another one has a parameter
 * (`/v1/orders/by-client-id/:id` beside `/v1/orders/:id`), and its general one walks a tree and
 * makes a list for every request.
 *
 * @module
 */
import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

const PATTERN = /[:*{]/;

/**
 * Routes each request to one handler. Not for middleware: a fixed path is found without a look at
 * the patterns that it may match as well.
 */
export class ExactFirstRouter<T> implements Router<T> {
  readonly name = "ExactFirstRouter";
  readonly #exact = new Map<string, Map<string, Result<T>>>();
  readonly #patterns = new TrieRouter<T>();

  /** Adds a route. */
  add(method: string, path: string, handler: T): void {
    if (PATTERN.test(path)) return this.#patterns.add(method, path, handler);
    let paths = this.#exact.get(method);
    if (paths === undefined) this.#exact.set(method, paths = new Map());
    paths.set(path, [[[handler, {}]]]);
  }

  /** The handler of a request, in Hono's form. O(1) for a fixed path. */
  match(method: string, path: string): Result<T> {
    return this.#exact.get(method)?.get(path) ?? this.#patterns.match(method, path);
  }
}
