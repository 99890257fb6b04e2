/**
 * The lease script: what many subjects ask of the shared counters, in one atomic round trip.
 *
 * The same arithmetic as core/limits/token_bucket.ts and leaky_bucket.ts (a differential test holds
 * them together), on the server's clock, so that gateways need not agree on the time.
 *
 * - `KEYS[1]`: a sorted set of the processes that share the counters, by when they last asked.
 *   Then one key for each subject. Its value is four integers in decimal: debt and anchor of the
 *   tokens, empty time and remainder of the leak; a missing one is fresh. It expires once both
 *   buckets are as good as new.
 * - `ARGV[1]`: name of this process. Then for each subject: units a second and units of its tokens,
 *   the same of its leak, and what it asks for: need, ahead, owed, returned (core/limits/lease.ts).
 * - Result: the number of processes, then for each subject: units granted, debt of its tokens and
 *   inside of its leak after that, in millionths of a unit.
 *
 * What is returned goes back and what is owed is taken, whether it is there or not, but never more
 * than one full bucket beyond nothing. Of what is left the need is granted as far as it goes; ahead
 * of need each of n processes gets at most 1/2n of what is left then, so that half of it remains
 * for whoever was promised it.
 *
 * Lua prints large numbers with 14 digits unless told otherwise, hence `%.0f`.
 *
 * @module
 */
import { CLOCK_STEP_BACK_MICROS_MAX, MILLION } from "../../core/limits/token_bucket.ts";

/** Arguments for each subject. */
export const ARGUMENTS_PER_SUBJECT = 8;
/** Integers in the result for each subject. */
export const INTEGERS_PER_SUBJECT = 3;
/** A process that has not asked for so long does not count any more. */
export const INSTANCE_MILLIS_MAX = 10_000;

/** The script. Its text decides its SHA-1, so a change of the text is a new script to the server. */
export const LEASE_SCRIPT = `local time = redis.call('TIME')
local now = tonumber(time[1]) * ${MILLION} + tonumber(time[2])
local now_millis = math.floor(now / 1000)
redis.call('ZADD', KEYS[1], now_millis, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_millis - ${INSTANCE_MILLIS_MAX})
redis.call('PEXPIRE', KEYS[1], ${INSTANCE_MILLIS_MAX})
local instances = redis.call('ZCARD', KEYS[1])
local result = { instances }
if #KEYS == 1 then return result end
local step_back = ${CLOCK_STEP_BACK_MICROS_MAX}
local stored = redis.call('MGET', unpack(KEYS, 2))

for i = 1, #KEYS - 1 do
  local at = (i - 1) * ${ARGUMENTS_PER_SUBJECT} + 1
  local token_rate, token_units = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local leak_rate, leak_units = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local need, ahead = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local owed, returned = tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8])
  local a, b, c, d = string.match(stored[i] or '0 0 0 0', '^(%d+) (%d+) (%d+) (%d+)$')
  local debt, anchor = tonumber(a) or 0, tonumber(b) or 0
  local empty, remainder = tonumber(c) or 0, tonumber(d) or 0

  local elapsed = now - anchor
  if elapsed >= 0 then
    local back = elapsed * token_rate
    debt = back >= debt and 0 or debt - back
    anchor = now
  elseif elapsed < -step_back then
    anchor = now + step_back
  end
  local inside = 0
  if empty >= now then
    local latest = math.ceil(2 * leak_units * ${MILLION} / leak_rate) + step_back
    if empty - now > latest then empty, remainder = now + latest, 0 end
    inside = (empty - now) * leak_rate + remainder
  end

  local change = (owed - returned) * ${MILLION}
  debt = math.max(0, math.min(debt + change, math.max(debt, 2 * token_units * ${MILLION})))
  inside = math.max(0, math.min(inside + change, math.max(inside, 2 * leak_units * ${MILLION})))
  local left = math.floor(
    math.min(token_units * ${MILLION} - debt, leak_units * ${MILLION} - inside) / ${MILLION})
  if left < 0 then left = 0 end
  local granted = math.min(need, left)
  granted = granted + math.min(ahead, math.floor((left - granted) / (2 * instances)))
  debt = debt + granted * ${MILLION}
  inside = inside + granted * ${MILLION}

  remainder = inside % leak_rate
  empty = now + (inside - remainder) / leak_rate
  local full = math.max(debt / token_rate + anchor - now, inside / leak_rate)
  redis.call('SET', KEYS[i + 1],
    string.format('%.0f %.0f %.0f %.0f', debt, anchor, empty, remainder),
    'PX', math.ceil(full / 1000) + 1)
  local out = (i - 1) * ${INTEGERS_PER_SUBJECT} + 1
  result[out + 1], result[out + 2], result[out + 3] = granted, debt, inside
end
return result
`;
