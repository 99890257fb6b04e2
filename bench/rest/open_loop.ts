/**
 * An open-loop load: so many requests a second whatever becomes of them, by wrk with a schedule in
 * its script.
 *
 * Two of them run. The flood only counts, for a script that looks at every answer takes as much CPU
 * again as sending; the sample, a tenth of the load, looks at its answers and tells their latency by
 * their status. Each of its requests carries the time at which it was sent as its request id, which
 * the gateway repeats. A connection waits for its answer before it sends again, so there have to be
 * more of them than requests under way.
 *
 * @module
 */
import { splitRequestsScript, WHOLE_REQUESTS_SCRIPT } from "./prepared_requests.ts";
import { WrkError } from "./wrk.ts";

/** What to send. */
export interface OpenLoad {
  readonly url: string;
  readonly perSecond: number;
  /** More than {@link WARM_UP_MICROS}. */
  readonly seconds: number;
  readonly connections: number;
  /** Files with the requests (prepared_requests.ts): of the flood, and of the sample. */
  readonly flood: string;
  readonly sample: string;
}

/** Answers of one kind, in the sample. */
export interface Answers {
  readonly count: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** What came of it. */
export interface OpenLoadResult {
  /** Requests answered a second, whatever the answer. */
  readonly offeredPerSecond: number;
  /** Those of them with 200 to 299. */
  readonly admittedPerSecond: number;
  /** 200 to 299. */
  readonly admitted: Answers;
  /** 429 and 503. */
  readonly refused: Answers;
  /** Requests of the sample with any other status. */
  readonly failed: number;
}

/** Part of the load that the sample is. */
export const SAMPLE_SHARE = 0.1;
/** Time in which all connections are opened; what the sample sends in it does not count. */
const WARM_UP_MICROS = 2_000_000;

/** When each request is due. A script's argument is the file with the requests. */
const scheduleScript = (perSecond: number) => `
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long s; long ns; } stamp; int clock_gettime(int id, stamp *to); ]]
local stamp = ffi.new("stamp")
local function micros()
  ffi.C.clock_gettime(1, stamp)
  return tonumber(stamp.s) * 1000000 + math.floor(tonumber(stamp.ns) / 1000)
end
local spacing, due, counted = ${1_000_000 / perSecond}, 0, 0
function delay()
  local now = micros()
  if due == 0 then due, counted = now, now + ${WARM_UP_MICROS} end
  due = due + spacing
  return due > now and (due - now) / 1000 or 0
end
`;

const floodScript = (perSecond: number) => `
${scheduleScript(perSecond)}
${WHOLE_REQUESTS_SCRIPT}
function done(summary)
  print("answered", 0, summary.requests)
  print("refused", 0, summary.errors.status)
  print("micros", 0, summary.duration)
end
`;

const sampleScript = (perSecond: number) => `
${scheduleScript(perSecond)}
${splitRequestsScript("X-Request-Id")}
admitted, refused, failed = {}, {}, 0
function request()
  local head, tail = next_request()
  return head .. string.format("%d", micros()) .. "\\r\\n" .. tail
end
function response(status, headers)
  local sent = tonumber(headers["x-request-id"] or headers["X-Request-Id"])
  if not sent then failed = failed + 1 return end
  if sent < counted then return end
  local hundred = math.floor((micros() - sent) / 100)
  local bins = status < 300 and admitted or (status == 429 or status == 503) and refused
  if bins then bins[hundred] = (bins[hundred] or 0) + 1 else failed = failed + 1 end
end
function setup(thread) worker = thread end
function done()
  for _, name in ipairs({ "admitted", "refused" }) do
    for bin, count in pairs(worker:get(name)) do print(name, bin, count) end
  end
  print("failed", 0, worker:get("failed"))
end
`;

/** One run. @throws {WrkError} */
export async function openLoad(load: OpenLoad): Promise<OpenLoadResult> {
  const sampledPerSecond = load.perSecond * SAMPLE_SHARE;
  const connections = Math.ceil(load.connections * SAMPLE_SHARE);
  const [flood, sample] = await Promise.all([
    run(
      load,
      load.connections - connections,
      load.flood,
      floodScript(load.perSecond - sampledPerSecond),
    ),
    run(load, connections, load.sample, sampleScript(sampledPerSecond)),
  ]);
  const [admitted, refused] = [answersOf(sample("admitted")), answersOf(sample("refused"))];
  const [failed] = sample("failed");
  const [answered, floodRefused, micros] = ["answered", "refused", "micros"]
    .map((name) => flood(name)[0]?.count ?? 0);
  if (failed === undefined || micros === 0) throw new WrkError("wrk printed no result");
  const seconds = micros / 1_000_000;
  const sampleSeconds = load.seconds - WARM_UP_MICROS / 1_000_000;
  const sampled = admitted.count + refused.count + failed.count;
  return {
    offeredPerSecond: answered / seconds + sampled / sampleSeconds,
    admittedPerSecond: (answered - floodRefused) / seconds + admitted.count / sampleSeconds,
    admitted,
    refused,
    failed: failed.count,
  };
}

/** A line that a script prints at its end: how many there were of something. */
interface Bin {
  readonly bin: number;
  readonly count: number;
}

/** Runs wrk; what it gives back finds the lines of a name. */
async function run(
  { url, seconds }: OpenLoad,
  connections: number,
  requests: string,
  script: string,
): Promise<(name: string) => readonly Bin[]> {
  const path = await Deno.makeTempFile({ suffix: ".lua" });
  try {
    await Deno.writeTextFile(path, script);
    const { success, stdout, stderr } = await new Deno.Command("wrk", {
      args: ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", path, url, "--", requests],
    }).output();
    if (!success) throw new WrkError(new TextDecoder().decode(stderr));
    const lines = [...new TextDecoder().decode(stdout).matchAll(/^(\w+)\t(\d+)\t(\d+)$/gm)];
    return (wanted) =>
      lines.filter(([, name]) => name === wanted)
        .map(([, , bin, count]) => ({ bin: Number(bin), count: Number(count) }));
  } finally {
    await Deno.remove(path);
  }
}

function answersOf(bins: readonly Bin[]): Answers {
  const sorted = bins.toSorted((one, other) => one.bin - other.bin);
  const count = sorted.reduce((sum, bin) => sum + bin.count, 0);
  const percentile = (share: number): number => {
    let seen = 0;
    for (const bin of sorted) if ((seen += bin.count) >= share * count) return bin.bin * 100;
    return 0;
  };
  return { count, p50Micros: percentile(0.5), p99Micros: percentile(0.99) };
}
