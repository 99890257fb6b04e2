import assert from "node:assert/strict";
import { natsFeatures } from "../../../infra/provision/features.ts";

const features = (minor: number, patch = 0) => natsFeatures({ major: 2, minor, patch });
const names = (minor: number, patch = 0) =>
  Object.entries(features(minor, patch)).filter(([, has]) => has).map(([name]) => name);

Deno.test("a feature begins with its version", () => {
  assert.deepEqual(names(9, 10), []);
  const since10 = ["syncInterval", "subjectTransform", "streamCompression", "consumerFilters"];
  assert.deepEqual(names(10), since10);
  assert.deepEqual(names(11), [...since10, "batchDirectGet", "messageTtl", "neverStall"]);
  assert.deepEqual(natsFeatures({ major: 3, minor: 0, patch: 0 }), features(11));
});
