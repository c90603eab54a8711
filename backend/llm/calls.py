"""Calling a model: what is tried again and when, and what the failures are called."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TypeVar

import openai
import structlog

from backend import metrics, tracing
from backend.errors import AppError, Invalid, QuotaExceeded, Unavailable
from backend.llm import gate
from backend.llm.gate import Call, Gate
from backend.tracing import Silent

log = structlog.get_logger()

Answer = TypeVar("Answer")

RETRY_SECONDS = (1.0, 2.0, 4.0)
MAX_RETRY_AFTER_SECONDS = 60.0
PATIENCE_SECONDS = 900.0
_RETRYABLE = {408, 409, 429}
_OF_CONTENT = {400, 413, 415, 422}


class ModelAnswerInvalid(Unavailable):
    """The model answered, but not with what was asked for; asking again may help."""

    code = "MODEL_ANSWER_INVALID"


class ContentRefused(Invalid):
    """The model does not take what it is shown: too long, against its rules, or of a kind it cannot see."""

    code = "MODEL_REFUSED"


class Transient(Unavailable):
    """Worth asking again soon; `retry_after` is what the server wants, if it said."""

    code = "MODEL_UNAVAILABLE"


async def repeated(call: Callable[[], Awaitable[Answer]], kind: Call, through: Gate) -> Answer:
    """The call's answer, asked for again after 1, 2 and 4 seconds (with jitter) or when the server says.

    What the server says holds for everybody behind the gate. Where nobody waits, a server that says when to
    come again is asked again for a quarter of an hour. Raises Unavailable when it keeps failing, or wants
    more than a minute's wait of somebody; Invalid (MODEL_REFUSED) at once when the same request would only
    be refused again.
    """
    pauses = iter(RETRY_SECONDS)
    give_up_at = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await call()
        except Transient as error:
            await _wait(error, pauses, kind, through, has_time=monotonic() < give_up_at)


async def _wait(
    error: Transient, pauses: Iterator[float], kind: Call, through: Gate, *, has_time: bool
) -> None:
    """Return when it may be tried again; raises the error when this was the last try."""
    wanted = error.retry_after
    if wanted is not None:
        await through.pause(kind, wanted)
        if has_time and not through.is_urgent:
            return
    pause = next(pauses, None)
    if pause is None or (wanted or 0.0) > MAX_RETRY_AFTER_SECONDS:
        raise error
    log.info("model.retried", seconds=pause if wanted is None else wanted, reason=error.message)
    if wanted is None:
        await rest(pause)


async def rest(seconds: float) -> None:
    """Wait about so long before the next try."""
    await gate.sleep(seconds * _jitter())


def _jitter() -> float:
    """Servers that failed many at once should not be asked by all of them at once."""
    return random.uniform(0.8, 1.2)


@asynccontextmanager
async def turn(through: Gate, kind: Call, model: str) -> AsyncIterator[Silent]:
    """A turn at the server, in which its errors are told in our words; how it went is counted and traced."""
    began, outcome = monotonic(), "CANCELLED"
    named = {"gen_ai.operation.name": kind.value, "gen_ai.request.model": model}
    async with through.turn(kind):
        waited = monotonic() - began
        metrics.model_waited(kind, waited)
        try:
            with tracing.call(f"model.{kind}", named) as span, translated():
                span.say({"opentrace.waited_seconds": waited})
                yield span
            outcome = "OK"
        except AppError as error:
            outcome = error.code
            raise
        finally:
            metrics.model_called(kind, outcome)


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
    metrics.model_refused(error.status_code)
    log.warning("model.refused", status=error.status_code, code=error.code)
    refusal = _REFUSALS.get(error.code or "")
    if refusal is not None:
        return refusal()
    if error.status_code in _RETRYABLE or error.status_code >= 500:
        reason = "The model server is busy." if error.status_code == 429 else "The model server fails."
        return Transient(reason, retry_after=_retry_after(error.response.headers))
    kind = ContentRefused if error.status_code in _OF_CONTENT else Invalid
    return kind(f"The model server refused the request ({error.status_code}).", code="MODEL_REFUSED")


_REFUSALS: dict[str, Callable[[], AppError]] = {
    "insufficient_quota": lambda: QuotaExceeded(
        "The account at the model's provider is used up. Its owner must top it up; then try again.",
        code="MODEL_QUOTA_EXCEEDED",
    ),
    "context_length_exceeded": lambda: ContentRefused(
        "The text is longer than the model takes at once. For embeddings, lower the setting "
        "OPENTRACE_MODELS__MAX_INPUT_TOKENS to what the model takes.",
        code="MODEL_INPUT_TOO_LONG",
    ),
}
"""What waiting does not mend, by the provider's own codes."""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, in whichever of its forms the server says them: milliseconds, seconds or a date."""
    with suppress(KeyError, ValueError):
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    with suppress(KeyError, ValueError):
        return max(0.0, float(headers["retry-after"]))
    with suppress(KeyError, ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(headers["retry-after"]) - datetime.now(UTC)).total_seconds())
    return None
