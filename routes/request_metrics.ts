/**
 * Counts requests by route and status, and how long they took.
 *
 * The routes are known when the app is made, so there are as many series as there are routes times
 * the statuses that occurred; nothing that a client sends makes a new one.
 *
 * @module
 */

/** Upper bounds of the latency buckets in seconds; what took longer is in the last, unbounded one. */
export const LATENCY_BOUNDS_SECONDS: readonly number[] = [
  0.0005,
  0.001,
  0.002,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
];

/** What was counted of one route. */
export class RouteMetrics {
  readonly #byStatus = new Map<number, number>();
  readonly #buckets = new Float64Array(LATENCY_BOUNDS_SECONDS.length + 1);
  #seconds = 0;
  #count = 0;

  constructor(readonly method: string, readonly path: string) {}

  /** Counts one request. O(buckets). */
  observe(status: number, seconds: number): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
    this.#seconds += seconds;
    this.#count++;
    let bucket = 0;
    while (bucket < LATENCY_BOUNDS_SECONDS.length && seconds > LATENCY_BOUNDS_SECONDS[bucket]) {
      bucket++;
    }
    this.#buckets[bucket]++;
  }

  /** Requests by status. */
  get byStatus(): ReadonlyMap<number, number> {
    return this.#byStatus;
  }

  /** Lines of the latency histogram, for the metric `name`. */
  histogram(name: string): string[] {
    const labels = this.labels;
    let sum = 0;
    const lines = LATENCY_BOUNDS_SECONDS.map((bound, index) => {
      sum += this.#buckets[index];
      return `${name}_bucket{${labels},le="${bound}"} ${sum}`;
    });
    return [
      ...lines,
      `${name}_bucket{${labels},le="+Inf"} ${this.#count}`,
      `${name}_sum{${labels}} ${this.#seconds}`,
      `${name}_count{${labels}} ${this.#count}`,
    ];
  }

  /** Labels of the route's series. */
  get labels(): string {
    return `method="${this.method}",route="${this.path}"`;
  }
}

/** The routes of one app. */
export class RequestMetrics {
  readonly #routes: RouteMetrics[] = [];

  /** Adds a route. */
  route(method: string, path: string): RouteMetrics {
    const route = new RouteMetrics(method, path);
    this.#routes.push(route);
    return route;
  }

  /** Every route, in the order in which they were added. */
  get routes(): readonly RouteMetrics[] {
    return this.#routes;
  }
}
