"""Publishing: the stream remembers, the channel delivers, and both happen or neither."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.errors import Unavailable
from backend.events.cursor import Cursor
from backend.events.envelope import DOORBELL, Event

if TYPE_CHECKING:
    from db.engine import Session

log = structlog.get_logger()

ANNOUNCED = "opentrace.events"
CONTROL = "opentrace:control"
KEPT_SECONDS = 24 * 3600
"""How long a stream outlives the end of its work."""
_LIVE_SECONDS = 7 * 24 * 3600
"""How long a stream waits for its next event, in case its end could not be published."""
_BATCH = 1000

# Redis refuses an id that is not newer than the stream's last, so an older attempt cannot write any more; and
# what it tried to write must not be delivered either. One call for all events keeps them together: a script
# that Redis has forgotten after a restart fails before any of them is stored.
_SCRIPT = """
local stale = {}
for i, name in ipairs(KEYS) do
  local id, event, seconds = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
  if id == '' then
    redis.call('PUBLISH', name, event)
  else
    local stored = redis.pcall('XADD', name, id, 'e', event)
    if type(stored) == 'table' and stored['err'] then
      if not string.find(stored['err'], 'equal or smaller') then return stored end
      stale[#stale + 1] = i
    else
      redis.call('EXPIRE', name, seconds)
      redis.call('PUBLISH', name, event)
    end
  end
end
return stale
"""


def name_of(topic: str) -> str:
    """Both the key of the topic's stream and the name of its channel."""
    return f"opentrace:{topic}"


def announce(session: "Session", event: Event) -> None:
    """Publish once the session's transaction has committed; a rollback forgets it."""
    session.info.setdefault(ANNOUNCED, []).append(event)


def ring(session: "Session", topic: str) -> None:
    """Say, once the session's transaction has committed, that the topic's rows have news; once is enough."""
    announced = session.info.setdefault(ANNOUNCED, [])
    if not any(event.topic == topic and event.kind == DOORBELL for event in announced):
        announced.append(Event(topic=topic, cursor=Cursor(0, 0), kind=DOORBELL, data={}))


class Publisher:
    """Writes events to Redis, in the order given."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)

    async def publish(self, *events: Event) -> None:
        """Store and deliver, in one round trip; raises Unavailable when Redis does not answer.

        An event that is not newer than its stream (written before, or by an attempt that was taken over) is
        dropped, so publishing again what may have arrived is safe.
        """
        if not events:
            return
        arguments: list[bytes | str | int] = []
        for event in events:
            seconds = KEPT_SECONDS if event.final else _LIVE_SECONDS
            id = "" if event.kind == DOORBELL else str(event.cursor)
            arguments += [id, event.to_bytes(), seconds]
        try:
            stale = await self._script(keys=[name_of(event.topic) for event in events], args=arguments)
        except (RedisError, OSError) as error:
            raise Unavailable("The event streams do not answer.", retry_after=5) from error
        for place in stale:
            event = events[place - 1]
            log.info("event.stale", topic=event.topic, cursor=str(event.cursor), kind=event.kind)

    async def control(self, **message: str) -> None:
        """Tell all processes what matters now only, such as to stop a piece of work. Raises Unavailable."""
        try:
            await self._redis.publish(CONTROL, orjson.dumps(message))
        except (RedisError, OSError) as error:
            raise Unavailable("The event streams do not answer.", retry_after=5) from error

    async def topics(self) -> AsyncIterator[str]:
        """Every topic that has a stream, in no order, without holding up Redis; one may come twice.

        Raises Unavailable.
        """
        prefix = name_of("")
        try:
            async for key in self._redis.scan_iter(match=f"{prefix}*:*", count=_BATCH, _type="stream"):
                yield key.decode().removeprefix(prefix)
        except (RedisError, OSError) as error:
            raise Unavailable("The event streams do not answer.", retry_after=5) from error

    async def forget(self, *topics: str) -> int:
        """Delete the streams of things that are no more; returns how many there were. Raises Unavailable."""
        num_deleted = 0
        try:
            for start in range(0, len(topics), _BATCH):
                batch = topics[start : start + _BATCH]
                num_deleted += await self._redis.unlink(*(name_of(topic) for topic in batch))
            return num_deleted
        except (RedisError, OSError) as error:
            raise Unavailable("The event streams do not answer.", retry_after=5) from error
