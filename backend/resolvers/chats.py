"""Chats: reading, beginning, renaming and deleting them."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.resolvers.nodes import find
from backend.resolvers.receipts import deleted
from backend.schema.access import needs
from backend.schema.chats import Chat
from backend.schema.context import Info
from backend.schema.enums import ExportFormat
from backend.schema.inputs import CreateChatInput, DeleteChatInput, RenameChatInput
from backend.schema.nodes import row_id
from backend.schema.results import (
    ChatPayload,
    CreateChatResult,
    DeleteChatResult,
    ExportChatPayload,
    ExportChatResult,
    RenameChatResult,
)
from backend.services import chats
from backend.services.messages import export
from db.models import Capability


@strawberry.type
class ChatQueries:
    @strawberry.field(description="The chat with this id, if it is yours to see.")
    @needs(Capability.READ, Capability.ASK)
    async def chat(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The chat's id.")],
    ) -> Chat | None:
        return await find(info, id, Chat)

    @strawberry.field(description="A chat written down, with the sources of its answers.")
    @answering
    @needs(Capability.READ)
    async def export_chat(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The chat's id.")],
        format: Annotated[ExportFormat, strawberry.argument(description="How.")] = ExportFormat.MARKDOWN,
    ) -> ExportChatResult:
        context = info.context
        chat_id = row_id(id, "Chat")
        write = export.json if format is ExportFormat.JSON else export.markdown
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            file = await write(session, viewer=context.viewer, chat_id=chat_id)
        return ExportChatPayload(file_name=file.name, content_type=file.content_type, content=file.content)


@strawberry.type
class ChatMutations:
    @strawberry.mutation(description="Begin a chat about a project.")
    @answering
    @needs(Capability.ASK)
    async def create_chat(
        self,
        info: Info,
        input: Annotated[CreateChatInput, strawberry.argument(description="What it is made from.")],
    ) -> CreateChatResult:
        context = info.context
        project_id = row_id(input.project_id, "Project", field="project_id")
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            row = await chats.create(
                session,
                viewer=context.viewer,
                project_id=project_id,
                title=input.title,
                idempotency_key=input.idempotency_key,
            )
        return ChatPayload(chat=Chat.from_row(row))

    @strawberry.mutation(description="Give a chat another title.")
    @answering
    @needs(Capability.ASK)
    async def rename_chat(
        self,
        info: Info,
        input: Annotated[RenameChatInput, strawberry.argument(description="Which chat, and its title.")],
    ) -> RenameChatResult:
        context = info.context
        chat_id = row_id(input.chat_id, "Chat", field="chat_id")
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            row = await chats.rename(session, viewer=context.viewer, chat_id=chat_id, title=input.title)
        return ChatPayload(chat=Chat.from_row(row))

    @strawberry.mutation(description="Delete a chat with its messages.")
    @answering
    @needs(Capability.ASK)
    async def delete_chat(
        self,
        info: Info,
        input: Annotated[DeleteChatInput, strawberry.argument(description="Which chat.")],
    ) -> DeleteChatResult:
        receipt = await chats.delete(
            info.context.handles.transactions,
            viewer=info.context.viewer,
            chat_id=row_id(input.chat_id, "Chat", field="chat_id"),
        )
        return deleted(input.chat_id, receipt)
