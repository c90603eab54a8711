"""Calling a model: what is tried again and when, and what the failures are called."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import openai
import structlog

from backend.errors import AppError, Invalid, Unavailable

log = structlog.get_logger()

Answer = TypeVar("Answer")

RETRY_SECONDS = (1.0, 2.0, 4.0)
MAX_RETRY_AFTER_SECONDS = 60.0
_RETRYABLE = {408, 409, 429}


class ModelAnswerInvalid(Unavailable):
    """The model answered, but not with what was asked for; asking again may help."""

    code = "MODEL_ANSWER_INVALID"


class Transient(Unavailable):
    """Worth asking again soon; `retry_after` is what the server wants, if it said."""

    code = "MODEL_UNAVAILABLE"


async def repeated(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The call's answer, asked for again after 1, 2 and 4 seconds (with jitter) or when the server says.

    Raises Unavailable when it keeps failing or the server wants more than a minute's wait; Invalid
    (MODEL_REFUSED) at once when the same request would only be refused again.
    """
    for pause in RETRY_SECONDS:
        try:
            return await call()
        except Transient as error:
            wait = pause * _jitter() if error.retry_after is None else error.retry_after
            if wait > MAX_RETRY_AFTER_SECONDS:
                raise
            log.info("model.retried", seconds=round(wait, 2), reason=error.message)
        await _pause(wait)
    return await call()


def _jitter() -> float:
    """Servers that failed many at once should not be asked by all of them at once."""
    return random.uniform(0.8, 1.2)


async def _pause(seconds: float) -> None:
    await asyncio.sleep(seconds)


@contextmanager
def translated() -> Iterator[None]:
    """The vendor's errors of this block in our words."""
    try:
        yield
    except openai.APIStatusError as error:
        raise _of_status(error) from error
    except openai.APIConnectionError as error:
        raise Transient("The model server does not answer.") from error
    except openai.APIResponseValidationError as error:
        raise ModelAnswerInvalid("The model server gave an answer that cannot be read.") from error
    except openai.APIError as error:
        raise Unavailable("The model failed while it answered. Ask again.") from error
    except openai.OpenAIError as error:
        raise ModelAnswerInvalid("The model broke off its answer. Ask again.") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # The client checks few shapes: what is not as documented stumbles where it is used.
        raise ModelAnswerInvalid("The model server gave an answer that cannot be read.") from error


def _of_status(error: openai.APIStatusError) -> AppError:
    log.warning("model.refused", status=error.status_code, code=error.code)
    if error.status_code in _RETRYABLE or error.status_code >= 500:
        reason = "The model server is busy." if error.status_code == 429 else "The model server fails."
        return Transient(reason, retry_after=_seconds(error.response.headers.get("retry-after")))
    return Invalid(f"The model server refused the request ({error.status_code}).", code="MODEL_REFUSED")


def _seconds(retry_after: str | None) -> float | None:
    """The header's number; its other form, a date, is not in use among these servers."""
    try:
        return max(0.0, float(retry_after)) if retry_after else None
    except ValueError:
        return None
