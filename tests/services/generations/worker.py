"""A worker of generations as a process of its own, to be killed."""

import asyncio
import json
import sys
from typing import Any

from backend import runtime
from backend.services.documents.run import Doors
from backend.services.generations import build
from backend.services.generations.build import Limits
from backend.services.vector_indexes import Rules
from backend.services.work import Limits as WorkLimits
from backend.settings import Settings


async def main(order: dict[str, Any]) -> None:
    """Work for one slice under a short lease, and index from `num_chunks` on."""
    opened = await runtime.open(Settings.model_validate(order["settings"]), role="worker")
    doors = Doors(opened.transactions, opened.database, opened.storage, opened.models, opened.web)
    hold = WorkLimits(lease_seconds=1.5, renew_seconds=0.5)
    await build.run_next(doors, Limits(hold=hold, indexes=Rules(num_chunks=order["num_chunks"])))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
