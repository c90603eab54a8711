"""Test controls and counts: failures to rehearse, and what the server was asked and sent."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.local.models.misquote import Misquote
from backend.local.models.web import PAGES, WebPage


class Endpoint(StrEnum):
    EMBEDDINGS = "embeddings"
    CHAT = "chat"
    RERANK = "rerank"
    WEB_SEARCH = "web_search"


class Mode(StrEnum):
    OK = "ok"
    RATE_LIMITED = "429"
    FAILING = "500"
    GARBAGE = "garbage"
    HANG = "hang"
    SLOW = "slow"
    DROP = "drop"


class Order(BaseModel):
    """The body of POST /control. Fields that are left out change nothing."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode | None = None
    endpoint: Endpoint | None = None
    """Unset: all of them."""
    times: int | None = Field(default=None, ge=1)
    """For how many requests, then ok again; unset: until told otherwise."""
    retry_after: float | None = Field(default=None, ge=0)
    """Seconds, sent as `Retry-After` with 429 and 500; unset: no header."""
    delay_seconds: float = Field(default=1.0, ge=0)
    """How long `slow` waits before it answers."""
    tokens_per_second: float | None = Field(default=None, ge=0)
    """The chat's pace from now on, of running streams too; 0: as fast as it goes."""
    obedient: bool | None = None
    """Whether the chat does what the texts that it reads tell it to do."""
    pages: list[WebPage] | None = None
    """What the web consists of from now on."""
    misquote: Misquote | None = None
    """How the chat model's quotes are wrong from now on."""


@dataclass
class Fault:
    """How requests to one endpoint fail, and for how many more."""

    order: Order
    num_left: int | None

    @property
    def mode(self) -> Mode:
        return self.order.mode or Mode.OK


@dataclass
class Counts:
    """What happened at one endpoint since the start or the last reset."""

    num_requests: int = 0
    num_faults: int = 0
    num_tokens_sent: int = 0
    num_closed_by_client: int = 0
    num_under_way: int = 0
    most_under_way: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    """How often each text was taken, by the SHA-256 of its UTF-8: to embed it, or as a chat's last words."""


class Controls:
    """The state behind /control; one object a server, touched from the event loop only."""

    def __init__(self, tokens_per_second: float) -> None:
        self._first_pace = tokens_per_second
        self.counts: dict[Endpoint, Counts] = {}
        self._faults: dict[Endpoint, Fault] = {}
        self.released = asyncio.Event()
        self.reset()

    def reset(self) -> None:
        """Everything works, all counts are zero, the pace is that of the start; what hangs goes on."""
        self.tokens_per_second = self._first_pace
        self.pages: Sequence[WebPage] = PAGES
        self.is_obedient = False
        self.misquote = Misquote.NONE
        self.counts = {endpoint: Counts() for endpoint in Endpoint}
        self._faults = {}
        self._release()

    def obey(self, order: Order) -> None:
        if order.tokens_per_second is not None:
            self.tokens_per_second = order.tokens_per_second
        if order.obedient is not None:
            self.is_obedient = order.obedient
        if order.pages is not None:
            self.pages = order.pages
        if order.misquote is not None:
            self.misquote = order.misquote
        if order.mode is None:
            return
        for endpoint in [order.endpoint] if order.endpoint else list(Endpoint):
            self._faults[endpoint] = Fault(order, order.times)
        if order.mode is Mode.OK:
            self._release()

    def admit(self, endpoint: Endpoint) -> Fault | None:
        """Count one request, and say how it is to fail, if it is."""
        self.counts[endpoint].num_requests += 1
        fault = self._faults.get(endpoint)
        if fault is None or fault.mode is Mode.OK or fault.num_left == 0:
            return None
        if fault.num_left is not None:
            fault.num_left -= 1
        self.counts[endpoint].num_faults += 1
        return fault

    @contextmanager
    def under_way(self, endpoint: Endpoint) -> Iterator[None]:
        """Count a request for as long as it is worked on."""
        counts = self.counts[endpoint]
        counts.num_under_way += 1
        counts.most_under_way = max(counts.most_under_way, counts.num_under_way)
        try:
            yield
        finally:
            counts.num_under_way -= 1

    def count_texts(self, texts: Iterable[str], endpoint: Endpoint = Endpoint.EMBEDDINGS) -> None:
        """Remember texts as a paying provider would: when they are taken, not when they are delivered."""
        digests = (hashlib.sha256(text.encode()).hexdigest() for text in texts)
        self.counts[endpoint].texts.update(digests)

    def report(self) -> dict[str, Any]:
        """The counts as GET /control/stats gives them."""
        return {
            endpoint: {
                "requests": counts.num_requests,
                "faults": counts.num_faults,
                "tokens_sent": counts.num_tokens_sent,
                "closed_by_client": counts.num_closed_by_client,
                "most_under_way": counts.most_under_way,
                "texts": dict(counts.texts),
            }
            for endpoint, counts in self.counts.items()
        }

    def _release(self) -> None:
        self.released.set()
        self.released = asyncio.Event()
