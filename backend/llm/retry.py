"""Patience with providers: waits 1, 2 and 4 seconds, or as they ask, then says who does not answer."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import openai
import structlog

from backend.errors import Invalid, Unavailable
from backend.llm.answers import ModelAnswerInvalid

log = structlog.get_logger()

Answer = TypeVar("Answer")

DELAYS_SECONDS = (1.0, 2.0, 4.0)
LONGEST_SECONDS = 30.0
_PASSING = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)


async def retry(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of `call`, tried up to four times while the provider is busy or away.

    Raises Unavailable (MODEL_UNAVAILABLE), ModelAnswerInvalid, or Invalid (MODEL_REFUSED) for what a repeat
    would not mend.
    """
    for delay in DELAYS_SECONDS:
        try:
            with translated():
                return await call()
        except Unavailable as error:
            if isinstance(error, ModelAnswerInvalid) or (error.retry_after or 0) > LONGEST_SECONDS:
                raise
            wait = max(delay, error.retry_after or 0) * random.uniform(1, 1.25)
            log.info("model.retried", seconds=round(wait, 2), reason=error.message)
            await asyncio.sleep(wait)
    with translated():
        return await call()


@contextmanager
def translated() -> Iterator[None]:
    """The vendor's errors of this block in our words."""
    try:
        yield
    except _PASSING as error:
        raise Unavailable(_busy(error), retry_after=_retry_after(error), code="MODEL_UNAVAILABLE") from error
    except openai.APIStatusError as error:
        reason = f"The model provider refused the request with status {error.status_code}."
        raise Invalid(reason, code="MODEL_REFUSED") from error
    except (openai.OpenAIError, ValueError) as error:
        raise ModelAnswerInvalid("The model's answer could not be read.") from error


def _busy(error: openai.APIError) -> str:
    if isinstance(error, openai.RateLimitError):
        return "The model provider is busy and asks us to wait."
    return "The model provider does not answer."


def _retry_after(error: openai.APIError) -> float | None:
    if not isinstance(error, openai.APIStatusError):
        return None
    try:
        return float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
