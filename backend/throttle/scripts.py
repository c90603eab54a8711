"""What Redis does in one step: let in whoever's turn it is, let go, keep a place, and stop everybody.

A provider's calls of one kind have four keys: `pause` (until when, ms of Redis' own clock), `held` (who calls
now, by the time when the place lapses), `queue` (who waits, by rank and arrival) and `alive` (until when they
are believed to wait). Whoever dies is forgotten when their time is over.
"""

_CLOCK = """
local clock = redis.call('TIME')
local micros = clock[1] * 1000000 + clock[2]
local now = math.floor(micros / 1000)
"""

ENTER = f"""
{_CLOCK}
local pause, held, queue, alive = unpack(KEYS)
local token, cap, rank, held_ms, alive_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
local left = tonumber(redis.call('GET', pause) or 0) - now
if left > 0 then return {{0, left, 0}} end
redis.call('ZREMRANGEBYSCORE', held, '-inf', now)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', now)) do
  redis.call('ZREM', queue, gone)
  redis.call('ZREM', alive, gone)
end
local ahead = redis.call('ZRANK', queue, token)
if not ahead and redis.call('ZCARD', queue) > 0 then
  redis.call('ZADD', queue, rank * 4e15 + micros, token)
  ahead = redis.call('ZRANK', queue, token)
end
ahead = ahead or 0
if redis.call('ZCARD', held) + ahead < cap then
  redis.call('ZREM', queue, token)
  redis.call('ZREM', alive, token)
  redis.call('ZADD', held, now + held_ms, token)
  redis.call('PEXPIRE', held, held_ms)
  return {{1, 0, 0}}
end
redis.call('ZADD', queue, 'NX', rank * 4e15 + micros, token)
redis.call('ZADD', alive, now + alive_ms, token)
redis.call('PEXPIRE', queue, alive_ms)
redis.call('PEXPIRE', alive, alive_ms)
return {{0, 0, ahead + 1}}
"""
"""Let in: `[1, 0, 0]`; paused: `[0, ms, 0]`; all places taken: `[0, 0, our place in the queue]`."""

KEEP = f"""
{_CLOCK}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
"""A call goes on: its place is held on, also in a Redis that was emptied meanwhile."""

PAUSE = f"""
{_CLOCK}
local wanted = now + ARGV[1]
local known = tonumber(redis.call('GET', KEYS[1]) or 0)
if wanted > known then redis.call('SET', KEYS[1], string.format('%d', wanted), 'PX', ARGV[1]) end
"""
"""Nobody calls before so many ms are over; a pause that is longer stays."""

SPEND = f"""
{_CLOCK}
local capacity, per_second = tonumber(ARGV[1]), tonumber(ARGV[2])
local least, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])
local left, at = unpack(redis.call('HMGET', KEYS[1], 'left', 'at'))
left = math.min(capacity, (left or capacity) + math.max(0, now - (at or now)) / 1000 * per_second)
local granted = 0
if left >= least then
  granted = math.min(wanted, math.floor(left))
  left = left - granted
end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', string.format('%d', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / per_second * 1000))
return {{granted, math.floor(left), math.ceil(math.max(0, least - left) / per_second * 1000)}}
"""
"""A bucket that fills by itself: how much of what was wanted is granted, at least `least` or nothing; what is
left; and in how many ms the least would be there."""
