import assert from "node:assert/strict";
import { RequestMetrics } from "../../routes/request_metrics.ts";

Deno.test("a route counts its answers by status, and its times in buckets that add up", () => {
  const metrics = new RequestMetrics();
  const route = metrics.route("GET", "/v1/time");
  for (const seconds of [0.0004, 0.0005, 0.003, 0.2, 60]) route.observe(200, seconds);
  route.observe(429, 0.0001);
  assert.deepEqual([...route.byStatus], [[200, 5], [429, 1]]);
  const lines = route.histogram("t");
  const bucket = (bound: string) =>
    lines.find((line) => line.includes(`le="${bound}"`))?.split(" ")[1];
  assert.deepEqual(["0.0005", "0.001", "0.005", "0.25", "5", "+Inf"].map(bucket), [
    "3",
    "3",
    "4",
    "5",
    "5",
    "6",
  ]);
  assert.equal(lines.at(-1), 't_count{method="GET",route="/v1/time"} 6');
  assert.deepEqual(metrics.routes, [route]);
});
