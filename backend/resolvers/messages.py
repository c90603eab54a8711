"""Messages: asking, stopping and rating."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.schema.access import needs
from backend.schema.context import Info
from backend.schema.inputs import (
    RateMessageInput,
    RegenerateMessageInput,
    SearchMessagesInput,
    SelectMessageInput,
    SendMessageInput,
    StopMessageInput,
)
from backend.schema.messages import Message
from backend.schema.nodes import row_id
from backend.schema.paging import connection, page_key
from backend.schema.results import (
    MessagePayload,
    RateMessageResult,
    RegenerateMessagePayload,
    RegenerateMessageResult,
    SearchMessagesPayload,
    SearchMessagesResult,
    SelectMessageResult,
    SendMessagePayload,
    SendMessageResult,
    StopMessageResult,
)
from backend.services.messages import rate, read, regenerate, send, stop
from db.models import Capability
from db.queries.messages import Rating


@strawberry.type
class MessageQueries:
    @strawberry.field(description="Messages of your own chats about a project that hold certain words.")
    @answering
    @needs(Capability.READ)
    async def search_messages(
        self,
        info: Info,
        input: Annotated[
            SearchMessagesInput, strawberry.argument(description="What to look for, and where.")
        ],
    ) -> SearchMessagesResult:
        context = info.context
        key = page_key(row_id(input.project_id, "Project", field="project_id"), input.first, input.after)
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            page = await read.matching(
                session,
                viewer=context.viewer,
                project_id=key.owner_id,
                query=input.query,
                first=key.first,
                after=key.after,
            )
        return SearchMessagesPayload(messages=connection(page, Message.from_row))


@strawberry.type
class MessageMutations:
    @strawberry.mutation(description="Ask a question in a chat; the answer is written by a worker.")
    @answering
    @needs(Capability.ASK, spends=True)
    async def send_message(
        self,
        info: Info,
        input: Annotated[SendMessageInput, strawberry.argument(description="The question.")],
    ) -> SendMessageResult:
        context = info.context
        chat_id = row_id(input.chat_id, "Chat", field="chat_id")
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            question, answer = await send.send(
                session,
                viewer=context.viewer,
                chat_id=chat_id,
                content=input.content,
                idempotency_key=input.idempotency_key,
            )
        return SendMessagePayload(question=Message.from_row(question), answer=Message.from_row(answer))

    @strawberry.mutation(description="Have another answer written to the same question; the old one stays.")
    @answering
    @needs(Capability.ASK, spends=True)
    async def regenerate_message(
        self,
        info: Info,
        input: Annotated[RegenerateMessageInput, strawberry.argument(description="Which answer.")],
    ) -> RegenerateMessageResult:
        context = info.context
        message_id = row_id(input.message_id, "Message", field="message_id")
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            row = await regenerate.regenerate(
                session, viewer=context.viewer, message_id=message_id, idempotency_key=input.idempotency_key
            )
        return RegenerateMessagePayload(answer=Message.from_row(row))

    @strawberry.mutation(description="Prefer a message to its siblings: the chat goes on behind it.")
    @answering
    @needs(Capability.ASK)
    async def select_message(
        self,
        info: Info,
        input: Annotated[SelectMessageInput, strawberry.argument(description="Which message.")],
    ) -> SelectMessageResult:
        context = info.context
        message_id = row_id(input.message_id, "Message", field="message_id")
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            row = await regenerate.select(session, viewer=context.viewer, message_id=message_id)
        return MessagePayload(message=Message.from_row(row))

    @strawberry.mutation(description="Stop an answer; what was written so far is kept.")
    @answering
    @needs(Capability.ASK)
    async def stop_message(
        self,
        info: Info,
        input: Annotated[StopMessageInput, strawberry.argument(description="Which answer.")],
    ) -> StopMessageResult:
        message_id = row_id(input.message_id, "Message", field="message_id")
        row = await stop.stop(
            info.context.handles.transactions, viewer=info.context.viewer, message_id=message_id
        )
        return MessagePayload(message=Message.from_row(row))

    @strawberry.mutation(description="Say what you think of an answer; the last word counts.")
    @answering
    @needs(Capability.ASK)
    async def rate_message(
        self,
        info: Info,
        input: Annotated[RateMessageInput, strawberry.argument(description="Which answer, and what.")],
    ) -> RateMessageResult:
        context = info.context
        message_id = row_id(input.message_id, "Message", field="message_id")
        rating = Rating(positive=input.positive, reason=input.reason, comment=input.comment)
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            await rate.rate(session, viewer=context.viewer, message_id=message_id, rating=rating)
            row = await read.get(session, viewer=context.viewer, message_id=message_id)
        return MessagePayload(message=Message.from_row(row))
