/**
 * The admission script: every bucket of a request in one atomic round trip.
 *
 * The same arithmetic as core/limits/token_bucket.ts and leaky_bucket.ts (a differential test holds
 * the two together), on the server's clock, so that gateways need not agree on the time.
 *
 * - `KEYS`: one for each bucket. The value is two integers in decimal, as the two slots of the
 *   bucket's state; a missing value is a fresh bucket. A key expires once its bucket is as good as
 *   new.
 * - `ARGV`: for each bucket `token` or `leaky`, units a second, units of a full bucket, cost.
 * - Result: four integers: the bucket (1 is the first) that the figures are of, microseconds to
 *   wait (0: admitted and charged), whole units left, microseconds until it is as good as new.
 *
 * Lua prints large numbers with 14 digits unless told otherwise, hence `%.0f`.
 *
 * @module
 */
import { CLOCK_STEP_BACK_MICROS_MAX, MILLION } from "../../core/limits/token_bucket.ts";

/** Arguments for each bucket. */
export const ARGUMENTS_PER_BUCKET = 4;
/** Integers in the script's result. */
export const RESULT_INTEGERS = 4;

/** The script. Its text decides its SHA-1, so a change of the text is a new script to the server. */
export const ADMISSION_SCRIPT = `local time = redis.call('TIME')
local now = tonumber(time[1]) * ${MILLION} + tonumber(time[2])
local step_back = ${CLOCK_STEP_BACK_MICROS_MAX}
local stored = redis.call('MGET', unpack(KEYS))
local first, second, token, rate, units, cost = {}, {}, {}, {}, {}, {}
local wait, by, left, full = 0, 0, 0, 0

local function figures(i)
  if token[i] then
    local remaining = math.floor((units[i] * ${MILLION} - first[i]) / ${MILLION})
    local until_full = 0
    if first[i] > 0 then until_full = math.ceil(first[i] / rate[i]) + second[i] - now end
    return remaining, until_full
  end
  local inside = (first[i] - now) * rate[i] + second[i]
  local until_empty = first[i] - now
  if second[i] > 0 then until_empty = until_empty + 1 end
  return math.max(0, math.floor((units[i] * ${MILLION} - inside) / ${MILLION})), until_empty
end

for i = 1, #KEYS do
  local at = (i - 1) * ${ARGUMENTS_PER_BUCKET}
  token[i] = ARGV[at + 1] == 'token'
  rate[i], units[i], cost[i] = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local a, b = string.match(stored[i] or '0 0', '^(%d+) (%d+)$')
  first[i], second[i] = tonumber(a) or 0, tonumber(b) or 0
  local waits = 0
  if token[i] then
    local elapsed = now - second[i]
    if elapsed >= 0 then
      local back = elapsed * rate[i]
      first[i] = back >= first[i] and 0 or first[i] - back
      second[i] = now
    elseif elapsed < -step_back then
      second[i] = now + step_back
    end
    local missing = first[i] + (cost[i] - units[i]) * ${MILLION}
    if missing > 0 then waits = math.ceil(missing / rate[i]) + second[i] - now end
  else
    local latest = now + math.ceil(units[i] * ${MILLION} / rate[i]) + step_back
    if first[i] < now then
      first[i], second[i] = now, 0
    elseif first[i] > latest then
      first[i], second[i] = latest, 0
    end
    local over = (first[i] - now) * rate[i] + second[i] + (cost[i] - units[i]) * ${MILLION}
    if over > 0 then waits = math.ceil(over / rate[i]) end
  end
  if waits > wait then
    wait, by = waits, i
    left, full = figures(i)
  end
end
if wait > 0 then return { by, wait, left, full } end

for i = 1, #KEYS do
  if token[i] then
    first[i] = first[i] + cost[i] * ${MILLION}
  else
    local parts = second[i] + cost[i] * ${MILLION}
    local remainder = math.fmod(parts, rate[i])
    first[i] = first[i] + (parts - remainder) / rate[i]
    second[i] = remainder
  end
  local remaining, until_new = figures(i)
  if token[i] and (by == 0 or remaining < left) then
    by, left, full = i, remaining, until_new
  end
  local milliseconds = math.ceil((until_new + step_back) / 1000)
  local value = string.format('%.0f %.0f', first[i], second[i])
  redis.call('SET', KEYS[i], value, 'PX', milliseconds)
end
return { by, 0, left, full }
`;
