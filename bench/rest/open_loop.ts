/**
 * An open-loop load: so many requests a second whatever becomes of them, by wrk with a schedule in
 * its script. What was answered is told apart by status, with the latency of each.
 *
 * Each request carries the time at which it was sent as its request id, which the gateway repeats, so
 * the script knows how long its answer took. A connection waits for its answer before it sends again,
 * so there have to be more of them than requests under way.
 *
 * @module
 */
import { readRequestsScript } from "./prepared_requests.ts";
import { WrkError } from "./wrk.ts";

/** What to send. */
export interface OpenLoad {
  readonly url: string;
  readonly perSecond: number;
  /** More than {@link WARM_UP_MICROS}. */
  readonly seconds: number;
  readonly connections: number;
  /** File with the requests (prepared_requests.ts). */
  readonly requests: string;
}

/** Answers of one kind. */
export interface Answers {
  readonly count: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** What came of it. */
export interface OpenLoadResult {
  /** Requests answered a second, whatever the answer. */
  readonly offeredPerSecond: number;
  /** 200 to 299. */
  readonly admitted: Answers;
  readonly admittedPerSecond: number;
  /** 429 and 503. */
  readonly refused: Answers;
  /** Any other status. */
  readonly failed: number;
}

/** Time in which all connections are opened; what is sent in it does not count. */
const WARM_UP_MICROS = 2_000_000;

/** The script. Its argument is the file with the requests. */
const script = (perSecond: number) => `
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long s; long ns; } stamp; int clock_gettime(int id, stamp *to); ]]
local stamp = ffi.new("stamp")
local function micros()
  ffi.C.clock_gettime(1, stamp)
  return tonumber(stamp.s) * 1000000 + math.floor(tonumber(stamp.ns) / 1000)
end
local spacing, due, counted = ${1_000_000 / perSecond}, 0, 0
admitted, refused, failed = {}, {}, 0
${readRequestsScript("X-Request-Id: ")}
function delay()
  local now = micros()
  if due == 0 then due, counted = now, now + ${WARM_UP_MICROS} end
  due = due + spacing
  return due > now and (due - now) / 1000 or 0
end
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
function done(summary)
  for _, name in ipairs({ "admitted", "refused" }) do
    for bin, count in pairs(worker:get(name)) do print(name, bin, count) end
  end
  print("failed", 0, worker:get("failed"))
  print("micros", 0, summary.duration)
end
`;

/** One run. @throws {WrkError} */
export async function openLoad(load: OpenLoad): Promise<OpenLoadResult> {
  const { url, perSecond, seconds, connections, requests } = load;
  const path = await Deno.makeTempFile({ suffix: ".lua" });
  try {
    await Deno.writeTextFile(path, script(perSecond));
    const output = await new Deno.Command("wrk", {
      args: ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", path, url, "--", requests],
    }).output();
    const text = new TextDecoder().decode(output.stdout);
    if (!output.success) throw new WrkError(new TextDecoder().decode(output.stderr));
    return readResult(text);
  } finally {
    await Deno.remove(path);
  }
}

function readResult(text: string): OpenLoadResult {
  const rows = [...text.matchAll(/^(admitted|refused|failed|micros)\t(\d+)\t(\d+)$/gm)]
    .map(([, name, bin, count]) => ({ name, bin: Number(bin), count: Number(count) }));
  const of = (wanted: string) => rows.filter(({ name }) => name === wanted);
  const micros = of("micros").reduce((sum, { count }) => sum + count, 0);
  const seconds = (micros - WARM_UP_MICROS) / 1_000_000;
  if (!(seconds > 0)) throw new WrkError(text);
  const [admitted, refused] = [answersOf(of("admitted")), answersOf(of("refused"))];
  const failed = of("failed").reduce((sum, { count }) => sum + count, 0);
  return {
    offeredPerSecond: (admitted.count + refused.count + failed) / seconds,
    admitted,
    admittedPerSecond: admitted.count / seconds,
    refused,
    failed,
  };
}

function answersOf(bins: readonly { bin: number; count: number }[]): Answers {
  const sorted = bins.toSorted((one, other) => one.bin - other.bin);
  const count = sorted.reduce((sum, bin) => sum + bin.count, 0);
  const percentile = (share: number): number => {
    let seen = 0;
    for (const bin of sorted) if ((seen += bin.count) >= share * count) return bin.bin * 100;
    return 0;
  };
  return { count, p50Micros: percentile(0.5), p99Micros: percentile(0.99) };
}
