"""The same question in other words, written by a model; without its help the question stands alone."""

import asyncio

import structlog
from pydantic import BaseModel

from backend.errors import AppError
from backend.rag import prompts
from backend.rag.models import SearchModels

log = structlog.get_logger()

SECONDS = 10.0
_MAX_CHARACTERS = 500


class Rewordings(BaseModel):
    """What the model fills in."""

    queries: list[str]


async def reword(models: SearchModels, question: str, count: int, *, seconds: float = SECONDS) -> list[str]:
    """At most `count` other wordings, none twice; none when the model fails or takes more than `seconds`."""
    prompt = [
        {"role": "system", "content": prompts.REWORDINGS.format(count=count)},
        {"role": "user", "content": prompts.question(question)},
    ]
    try:
        async with asyncio.timeout(seconds):
            written = await models.reword(Rewordings, prompt)
    except (AppError, TimeoutError) as error:
        log.warning("search.not_reworded", reason=str(error) or "timeout")
        return []
    return different(question, written.queries)[:count]


def different(question: str, written: list[str]) -> list[str]:
    """The wordings that say something, are not too long, and differ from the question and each other."""
    known = {_folded(question)}
    kept = []
    for each in written:
        clean = " ".join("".join(letter if letter.isprintable() else " " for letter in each).split())
        clean = clean[:_MAX_CHARACTERS].encode("utf-8", "ignore").decode()
        if clean and _folded(clean) not in known:
            known.add(_folded(clean))
            kept.append(clean)
    return kept


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" ?!.")
