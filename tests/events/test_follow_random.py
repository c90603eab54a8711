"""Random stories: crashes, takeovers, lost streams and dropped readers; the screen is always the truth."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.errors import Unavailable
from backend.events import Event, Hub, Publisher, connect
from backend.local.installation import Installation
from backend.local.redis import Redis as RedisServer
from tests.events.story import Attempt, Reader, Story
from tests.local.waiting import until

WORDS = ("a", "ß", "🦑", "\u0000", "e\u0301", "\r\n", "“", "  ", "[1]", "日本")
NUM_READERS = 5


class LosingPublisher(Publisher):
    """Sometimes the process stands still between the commit and the publication, and sometimes for ever."""

    def __init__(self, redis: Redis, chance: random.Random) -> None:
        super().__init__(redis)
        self._chance = chance
        self.losing = 0.0

    async def publish(self, *events: Event) -> None:
        if self._chance.random() < self.losing:
            raise Unavailable("lost")
        await super().publish(*events)


class Play:
    """One random story: who writes what, and what goes wrong."""

    def __init__(self, story: Story, redis: Redis, publisher: LosingPublisher, chance: random.Random) -> None:
        self.story = story
        self.redis = redis
        self.publisher = publisher
        self.chance = chance
        self.attempts: list[Attempt] = []

    async def write(self, num_steps: int) -> None:
        await self.take_over()
        acts = [self.text] * 30 + [self.step] * 6 + [self.checkpoint] * 5 + [self.zombie] * 3
        acts += [self.take_over, self.lose_stream, self.trim, self.drop_connections, self.lose_some]
        for _ in range(num_steps):
            await self.chance.choice(acts)()
            if self.chance.random() < 0.4:
                await asyncio.sleep(self.chance.random() * 0.01)
        self.publisher.losing = 0.0
        for attempt in self.attempts[:-1]:
            await attempt.writer.close()
        await self.attempts[-1].complete(is_announced=self.chance.random() < 0.7)

    async def take_over(self) -> None:
        with suppress(Unavailable):
            self.attempts.append(await self.story.claim(is_announced=self.chance.random() < 0.8))
            return
        self.attempts.append(await self.story.claim(is_announced=False))

    async def text(self) -> None:
        await self.attempts[-1].text("".join(self.chance.choices(WORDS, k=self.chance.randint(1, 6))))

    async def step(self) -> None:
        await self.attempts[-1].step()

    async def checkpoint(self) -> None:
        self.attempts[-1].checkpoint()

    async def zombie(self) -> None:
        """A worker that does not know yet that it has lost the row."""
        await self.chance.choice(self.attempts).text("zombie ")

    async def lose_stream(self) -> None:
        await self.redis.flushdb()

    async def trim(self) -> None:
        await self.redis.xtrim(f"opentrace:{self.story.topic}", maxlen=2, approximate=False)

    async def drop_connections(self) -> None:
        await self.redis.client_kill_filter(_type="pubsub")

    async def lose_some(self) -> None:
        self.publisher.losing = self.chance.choice((0.0, 0.3, 0.6))


async def read_on(reader: Reader, chance: random.Random) -> None:
    """A browser with a bad connection: it comes back where it was, now and then without its cursor."""
    while not reader.has_ended:
        await reader.read(num_events=chance.choice((1, 2, 5, 20, None)), silent_seconds=0.1)
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() * 0.1)
        if not reader.has_ended and chance.random() < 0.1:
            reader.cursor, reader.screen = None, ""


@pytest.fixture(autouse=True)
def impatient(hurry: Callable[..., None]) -> None:
    hurry("follow", BEHIND_SECONDS=0.02)
    hurry("writer", RETRY_SECONDS=0.02, COALESCE_SECONDS=0.005)
    hurry("hub", RECONNECT_SECONDS=0.01)


@pytest.mark.parametrize("seed", range(16))
async def test_every_reader_of_a_troubled_story_ends_with_the_text_of_the_row(
    redis: Redis, hub: Hub, seed: int
) -> None:
    chance = random.Random(seed)
    publisher = LosingPublisher(redis, chance)
    story = Story(f"message:{uuid4()}", publisher)
    readers = [Reader(hub, story) for _ in range(NUM_READERS)]
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number, reader in enumerate(readers):
            group.create_task(read_on(reader, random.Random(f"{seed} {number}")))
        await Play(story, redis, publisher, chance).write(150)
    late = Reader(hub, story)
    await late.read()
    assert [reader.screen for reader in (*readers, late)] == [story.content] * (NUM_READERS + 1)
    assert all(reader.has_ended for reader in readers)


@pytest.fixture(params=[True, False], ids=["durable", "forgetful"])
async def own_redis(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[RedisServer]:
    server = RedisServer(Installation(tmp_path), durable=request.param)
    await server.start()
    yield server
    await server.stop()


async def test_a_redis_that_is_killed_and_restarted_in_the_middle_costs_nobody_a_word(
    own_redis: RedisServer,
) -> None:
    redis = connect(own_redis.url)
    hub = Hub(redis)
    hub.start()
    story = Story(f"message:{uuid4()}", Publisher(redis))
    readers = [Reader(hub, story) for _ in range(NUM_READERS)]
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number, reader in enumerate(readers):
            group.create_task(read_on(reader, random.Random(number)))
        attempt = await story.claim()
        await _write(attempt, "before ")
        assert own_redis.child is not None
        own_redis.child.kill()
        await own_redis.child.wait()
        await _write(attempt, "without ")
        await own_redis.start()
        await _write(attempt, "after ")
        await attempt.complete()
    assert [reader.screen for reader in readers] == [story.content] * NUM_READERS
    assert story.content.split() == [word for word in ("before", "without", "after") for _ in range(40)]
    await hub.close()
    with suppress(RedisError):
        await redis.aclose()


async def test_a_redis_that_hangs_and_comes_to_itself_costs_nobody_a_word(
    own_redis: RedisServer, hurry: Callable[..., None]
) -> None:
    hurry("connect", ANSWER_SECONDS=0.2)
    hurry("hub", PING_SECONDS=0.2)
    hurry("writer", PUBLISH_SECONDS=0.1)
    redis = connect(own_redis.url)
    hub = Hub(redis)
    hub.start()
    story = Story(f"message:{uuid4()}", Publisher(redis))
    readers = [Reader(hub, story) for _ in range(NUM_READERS)]
    assert own_redis.child is not None
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number, reader in enumerate(readers):
            group.create_task(read_on(reader, random.Random(number)))
        attempt = await story.claim()
        await _write(attempt, "before ")
        os.kill(own_redis.child.pid, signal.SIGSTOP)
        await _write(attempt, "without ")
        attempt.checkpoint()
        await until(lambda: all(reader.screen.endswith("without ") for reader in readers))
        os.kill(own_redis.child.pid, signal.SIGCONT)
        await _write(attempt, "after ")
        await attempt.complete()
    assert [reader.screen for reader in readers] == [story.content] * NUM_READERS
    await hub.close()
    await redis.aclose()


async def _write(attempt: Attempt, word: str) -> None:
    for number in range(40):
        await attempt.text(word)
        if number % 10 == 0:
            attempt.checkpoint()
        await asyncio.sleep(0.003)
