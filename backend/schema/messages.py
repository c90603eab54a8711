"""Messages as the API shows them: questions, answers with citations, and what people thought of them."""

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry.types.lazy_type import LazyType

from backend.schema.citations import Citation, TextSpan, spans_of
from backend.schema.context import Info, NodeKey
from backend.schema.failures import Failure, failure_of
from backend.schema.nodes import Node, global_id
from backend.schema.retrieval_runs import RetrievalRun
from backend.schema.usage import UsageTotal, usage_of
from backend.schema.web_citations import WebCitation
from db import models as rows
from db.models.messages import MessageRole, MessageStatus
from db.models.usage import UsageOf


@strawberry.type(description="What you thought of an answer.")
class Feedback:
    positive: bool = strawberry.field(description="Thumbs up, or down.")
    reason: str | None = strawberry.field(description="Why, in a word.")
    comment: str | None = strawberry.field(description="Why, in your own words.")
    updated_at: datetime = strawberry.field(description="When you last said so.")

    @classmethod
    def from_row(cls, row: rows.Feedback) -> "Feedback":
        return cls(positive=row.positive, reason=row.reason, comment=row.comment, updated_at=row.updated_at)


@strawberry.type(description="A question or an answer. An answer's parent is its question.")
class Message(Node):
    role: MessageRole = strawberry.field(description="Who wrote it.")
    content: str = strawberry.field(
        description="The text, in Markdown; while it is being written, what there is up to `cursor`. A model "
        "wrote it after reading foreign texts: load no image and follow no link of it unasked."
    )
    status: MessageStatus = strawberry.field(description="How far it has come.")
    failure: Failure | None = strawberry.field(description="Why it was refused or failed, if so.")
    model: str | None = strawberry.field(description="The chat model that wrote it; none for a question.")
    verification_rate: float | None = strawberry.field(
        description="The share of its quotations, from 0 to 1, whose words were found where it says; null "
        "while it is being written and where it quotes nothing."
    )
    unsupported_sentences: list[TextSpan] = strawberry.field(
        description="The sentences of `content` that have no source, or none that holds; empty while it is "
        "being written."
    )
    cursor: str = strawberry.field(
        description="The last event this state contains; as `after`, `messageEvents` goes on from here."
    )
    created_at: datetime = strawberry.field(description="When it was sent, or asked for.")
    updated_at: datetime = strawberry.field(description="When anything of it last changed.")
    started_at: datetime | None = strawberry.field(description="When a worker last took it.")
    finished_at: datetime | None = strawberry.field(
        description="When it was whole, refused, stopped or failed."
    )
    row: strawberry.Private[rows.Message]
    known_citations: strawberry.Private[Sequence[rows.Citation] | None] = None

    @strawberry.field(description="Its claims' sources among the documents, in the order of the text.")
    async def citations(self, info: Info) -> list[Citation]:
        return [Citation.from_row(row) for row in await self._cited(info) if row.url is None]

    @strawberry.field(description="Its claims' sources on the web, in the order of the text.")
    async def web_citations(self, info: Info) -> list[WebCitation]:
        return [WebCitation.from_row(row) for row in await self._cited(info) if row.url is not None]

    @strawberry.field(description="What you thought of it, if you said so.")
    async def feedback(self, info: Info) -> Feedback | None:
        row = await info.context.loaders.feedback_by_message.load(self.row.id)
        return None if row is None else Feedback.from_row(row)

    @strawberry.field(description="The message before it: an answer's question, a follow-up's answer.")
    async def parent(self, info: Info) -> "Message | None":
        if self.row.parent_id is None:
            return None
        node: Node | None = await info.context.loaders.nodes.load(NodeKey("Message", self.row.parent_id))
        return node if isinstance(node, Message) else None

    @strawberry.field(description="The messages that follow it, oldest first; siblings are regenerations.")
    async def children(self, info: Info) -> list["Message"]:
        return [
            Message.from_row(row) for row in await info.context.loaders.children_by_message.load(self.row.id)
        ]

    @strawberry.field(
        description="The messages with its parent, itself among them, oldest first: a question's answers."
    )
    async def siblings(self, info: Info) -> list["Message"]:
        if self.row.parent_id is None:
            return [self]
        found = await info.context.loaders.children_by_message.load(self.row.parent_id)
        return [Message.from_row(row) for row in found]

    @strawberry.field(description="Of the messages that follow it, the one that is shown and followed.")
    async def preferred_child(self, info: Info) -> "Message | None":
        found = await info.context.loaders.children_by_message.load(self.row.id)
        chosen = next((row for row in found if row.id == self.row.preferred_child_id), None)
        row = chosen or (found[-1] if found else None)
        return None if row is None else Message.from_row(row)

    @strawberry.field(
        description="The chat it belongs to.", graphql_type=LazyType("Chat", "backend.schema.chats")
    )
    async def chat(self, info: Info) -> Node | None:
        return await info.context.loaders.nodes.load(NodeKey("Chat", self.row.chat_id))

    @strawberry.field(description="What you spent on it.")
    async def usage(self, info: Info) -> UsageTotal:
        return await usage_of(info, UsageOf.MESSAGE, self.row.id)

    @strawberry.field(
        description="What was searched for to write it, and what was found: enough to do it again."
    )
    async def retrieval_runs(self, info: Info) -> list[RetrievalRun]:
        found = await info.context.loaders.retrieval_runs_by_message.load(self.row.id)
        return [RetrievalRun.from_row(row) for row in found]

    async def _cited(self, info: Info) -> Sequence[rows.Citation]:
        if self.known_citations is not None:
            return self.known_citations
        return await info.context.loaders.citations_by_message.load(self.row.id)

    @classmethod
    def from_row(cls, row: rows.Message, citations: Sequence[rows.Citation] | None = None) -> "Message":
        return cls(
            id=global_id("Message", row.id),
            role=MessageRole(row.role),
            content=row.content,
            status=MessageStatus(row.status),
            failure=failure_of(row),
            model=row.model,
            verification_rate=row.verification_rate,
            unsupported_sentences=spans_of(row.unsupported),
            cursor=f"{row.attempt}-{row.event_seq}",
            created_at=row.created_at,
            updated_at=row.updated_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            row=row,
            known_citations=citations,
        )
