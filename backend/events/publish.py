"""Publishing: the stream remembers, the channel delivers, both in one pipeline."""

from typing import TYPE_CHECKING

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from backend.errors import Unavailable
from backend.events.envelope import Event

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

log = structlog.get_logger()

ANNOUNCED = "opentrace.events"
CONTROL = "control"
KEPT_SECONDS = 24 * 3600
FIELD = b"e"

# Redis refuses an id that is not newer than the stream's last: an older attempt cannot write any more,
# and what it tried to write must not be delivered either. So both happen in one script.
_SCRIPT = """
local stored = redis.pcall('XADD', KEYS[1], ARGV[1], ARGV[2], ARGV[3])
if type(stored) == 'table' and stored['err'] then
  if string.find(stored['err'], 'equal or smaller') then
    return redis.status_reply('STALE')
  end
  return stored
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', KEYS[2], ARGV[3])
return redis.status_reply('OK')
"""
_LIVE_SECONDS = 7 * 24 * 3600


def stream_key(topic: str) -> str:
    return f"stream:{topic}"


def channel_of(topic: str) -> str:
    return f"events:{topic}"


def announce(session: "AsyncSession", event: Event) -> None:
    """Publish after the session's transaction has committed; a rollback forgets it."""
    session.info.setdefault(ANNOUNCED, []).append(event)


class Publisher:
    """Writes events to Redis, in the order given."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)

    async def publish(self, *events: Event) -> None:
        """Store and deliver; an event whose attempt is outdated is dropped. Raises Unavailable."""
        try:
            for event, answer in zip(events, await self._send(events), strict=True):
                if answer in (b"STALE", "STALE"):
                    log.info("event.stale", topic=event.topic, cursor=str(event.cursor), kind=event.kind)
        except (RedisError, OSError) as error:
            raise Unavailable("The event streams do not answer.", retry_after=5) from error

    async def control(self, **message: str) -> None:
        """Tell every process something that only matters now, such as to stop a piece of work."""
        try:
            await self._redis.publish(CONTROL, orjson.dumps(message))
        except (RedisError, OSError) as error:
            raise Unavailable("The event streams do not answer.", retry_after=5) from error

    async def _send(self, events: tuple[Event, ...]) -> list[object]:
        try:
            return await self._pipeline(events)
        except NoScriptError:
            # A restarted Redis has forgotten the script; nothing of the pipeline was executed.
            await self._redis.script_load(_SCRIPT)
            return await self._pipeline(events)

    async def _pipeline(self, events: tuple[Event, ...]) -> list[object]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for event in events:
                seconds = KEPT_SECONDS if event.final else _LIVE_SECONDS
                pipeline.evalsha(
                    self._script.sha,
                    2,
                    stream_key(event.topic),
                    channel_of(event.topic),
                    str(event.cursor),
                    FIELD,
                    event.to_bytes(),
                    seconds,
                )
            return await pipeline.execute()
