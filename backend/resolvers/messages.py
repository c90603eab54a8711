"""Messages: asking, stopping and rating."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.schema.context import Info
from backend.schema.inputs import RateMessageInput, SendMessageInput, StopMessageInput
from backend.schema.messages import Message
from backend.schema.nodes import row_id
from backend.schema.results import (
    MessagePayload,
    RateMessageResult,
    SendMessagePayload,
    SendMessageResult,
    StopMessageResult,
)
from backend.services.messages import rate, read, send, stop
from db.queries.messages import Rating


@strawberry.type
class MessageMutations:
    @strawberry.mutation(description="Ask a question in a chat; the answer is written by a worker.")
    @answering
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

    @strawberry.mutation(description="Stop an answer; what was written so far is kept.")
    @answering
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
