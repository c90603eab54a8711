"""What happens to an answer while it is written."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import strawberry

from backend.events.envelope import Event as StreamEvent
from backend.schema.citations import Citation
from backend.schema.events import Event, EventsMissed, Made, place_of, plain, translate
from backend.schema.messages import Message
from backend.schema.web_citations import WebCitation
from db import models as rows


@strawberry.type(description="The answer as it is; the first event when no cursor was given.")
class MessageSnapshot(Event):
    message: Message = strawberry.field(description="The answer at this cursor, with the text so far.")


@strawberry.type(description="The question may be answered.")
class GuardrailPassed(Event):
    pass


@strawberry.type(description="An agent took over.")
class AgentStarted(Event):
    agent: str = strawberry.field(description="Which agent.")


@strawberry.type(description="An agent called a tool.")
class ToolStarted(Event):
    tool: str = strawberry.field(description="Which tool.")
    query: str = strawberry.field(description="What it was asked.")


@strawberry.type(description="A tool answered.")
class ToolFinished(Event):
    tool: str = strawberry.field(description="Which tool.")
    num_hits: int = strawberry.field(description="How many passages it found.")


@strawberry.type(description="A tool failed; the answer is written without it.")
class ToolFailed(Event):
    tool: str = strawberry.field(description="Which tool.")
    code: str = strawberry.field(description="What went wrong, for programs.")
    message_text: str = strawberry.field(description="What went wrong, in a sentence.")


@strawberry.type(description="The answer grew.")
class TextAppended(Event):
    text: str = strawberry.field(description="What is to be put behind the text so far.")


@strawberry.type(description="A claim of the answer got its source.")
class CitationAdded(Event):
    citation: Citation = strawberry.field(description="The source.")


@strawberry.type(description="A claim of the answer got its source on the web.")
class WebCitationAdded(Event):
    citation: WebCitation = strawberry.field(description="The source.")


@strawberry.type(description="A model was paid.")
class UsageReported(Event):
    model: str = strawberry.field(description="Which model.")
    num_input_tokens: int = strawberry.field(description="How many tokens it read.")
    num_output_tokens: int = strawberry.field(description="How many tokens it wrote.")
    cost_usd: Decimal | None = strawberry.field(
        description="What that cost in US dollars, if the model has a price."
    )


@strawberry.type(
    description="Another worker took over and writes from the beginning: forget the text so far."
)
class AnswerRestarted(Event):
    pass


@strawberry.type(description="The answer is whole. The last event.")
class MessageCompleted(Event):
    message: Message = strawberry.field(description="The answer as it ended, with its citations.")


@strawberry.type(description="The guardrail refused the question. The last event.")
class MessageRefused(Event):
    message: Message = strawberry.field(description="The answer as it ended.")
    check: str = strawberry.field(description="Which check refused it.")
    reason: str = strawberry.field(description="Why, in a sentence.")


@strawberry.type(description="Someone stopped the answer; the text so far is kept. The last event.")
class MessageStopped(Event):
    message: Message = strawberry.field(description="The answer as it ended.")


@strawberry.type(description="The answer could not be written. The last event.")
class MessageFailed(Event):
    message: Message = strawberry.field(description="The answer as it ended.")
    code: str = strawberry.field(description="What went wrong, for programs.")
    message_text: str = strawberry.field(description="What went wrong, in a sentence.")
    retryable: bool = strawberry.field(description="Whether asking again may help as things are.")


MessageEvent: TypeAlias = Annotated[
    MessageSnapshot
    | GuardrailPassed
    | AgentStarted
    | ToolStarted
    | ToolFinished
    | ToolFailed
    | TextAppended
    | CitationAdded
    | WebCitationAdded
    | UsageReported
    | AnswerRestarted
    | MessageCompleted
    | MessageRefused
    | MessageStopped
    | MessageFailed
    | EventsMissed,
    strawberry.union("MessageEvent", description="Something that happened to an answer."),
]


def from_event(event: StreamEvent) -> Any:
    """The MessageEvent that says `event`."""
    return translate(event, MAKERS)


def _with_message(kind: Callable[..., Event], *names: str) -> Made:
    def make(event: StreamEvent) -> Event:
        row = rows.Message.model_validate(event.data["message"])
        cited = event.data.get("citations")
        citations = None if cited is None else [rows.Citation.model_validate(each) for each in cited]
        named = {name: event.data[name] for name in names}
        return kind(**place_of(event), message=Message.from_row(row, citations), **named)

    return make


def _cited(event: StreamEvent) -> CitationAdded:
    row = rows.Citation.model_validate(event.data["citation"])
    return CitationAdded(**place_of(event), citation=Citation.from_row(row))


def _web_cited(event: StreamEvent) -> WebCitationAdded:
    row = rows.Citation.model_validate(event.data["citation"])
    return WebCitationAdded(**place_of(event), citation=WebCitation.from_row(row))


def _paid(event: StreamEvent) -> UsageReported:
    data, cost = event.data, event.data.get("cost_usd")
    return UsageReported(
        **place_of(event),
        model=data["model"],
        num_input_tokens=data["num_input_tokens"],
        num_output_tokens=data["num_output_tokens"],
        cost_usd=None if cost is None else Decimal(cost),
    )


MAKERS: dict[str, Made] = {
    "MessageSnapshot": _with_message(MessageSnapshot),
    "GuardrailPassed": plain(GuardrailPassed),
    "AgentStarted": plain(AgentStarted, "agent"),
    "ToolStarted": plain(ToolStarted, "tool", "query"),
    "ToolFinished": plain(ToolFinished, "tool", "num_hits"),
    "ToolFailed": plain(ToolFailed, "tool", "code", "message_text"),
    "TextAppended": plain(TextAppended, "text"),
    "CitationAdded": _cited,
    "WebCitationAdded": _web_cited,
    "UsageReported": _paid,
    "AnswerRestarted": plain(AnswerRestarted),
    "MessageCompleted": _with_message(MessageCompleted),
    "MessageRefused": _with_message(MessageRefused, "check", "reason"),
    "MessageStopped": _with_message(MessageStopped),
    "MessageFailed": _with_message(MessageFailed, "code", "message_text", "retryable"),
    "EventsMissed": plain(EventsMissed),
}
