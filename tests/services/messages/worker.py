"""An answers worker as a process of its own, to be killed: `python -m tests.services.messages.worker`."""

import asyncio
import json
import sys

from redis.asyncio import Redis

from backend.events import Hub, Publisher
from backend.llm import Models
from backend.queue import Queue
from backend.services.messages import answer
from backend.services.messages.answer import Limits
from backend.services.work import Limits as WorkLimits
from backend.transactions import Transactions
from db import engine


async def main(order: dict[str, str]) -> None:
    """Write one answer under a short lease."""
    database = await engine.open(order["database"], pool_size=3, transaction_pooler=False)
    redis, listening = (Redis.from_url(order["redis"], protocol=2) for _ in range(2))
    hub, publisher = Hub(listening), Publisher(redis)
    hub.start()
    models = Models(
        base_url=order["models"],
        api_key="local",
        chat_model=order["chat_model"],
        guardrail_model=order["chat_model"],
        embedding_model=order["embedding_model"],
        embedding_dimensions=int(order["embedding_dimensions"]),
        timeout_seconds=20,
    )
    await answer.run_next(
        transactions=Transactions(database.sessions, Queue(order["redis"]), publisher),
        database=database,
        models=models,
        publisher=publisher,
        hub=hub,
        limits=Limits(work=WorkLimits(lease_seconds=1.5, renew_seconds=0.5), checkpoint_seconds=0.1),
    )


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
