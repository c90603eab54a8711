"""Chats as the API shows them."""

from datetime import datetime

import strawberry
from strawberry.types.lazy_type import LazyType

from backend.schema.access import needs
from backend.schema.context import Info, NodeKey
from backend.schema.messages import Message
from backend.schema.nodes import Node, global_id
from backend.schema.paging import FIRST, After, Connection, First, connection, page_key
from backend.schema.usage import UsageTotal, usage_of
from db import models as rows
from db.models import Capability
from db.models.usage import UsageOf


@strawberry.type(description="A conversation about one project.")
class Chat(Node):
    title: str = strawberry.field(description="What the chat is called.")
    created_at: datetime = strawberry.field(description="When it was begun.")
    updated_at: datetime = strawberry.field(description="When its last message was sent.")
    row: strawberry.Private[rows.Chat]

    @strawberry.field(description="Its messages, newest first.")
    @needs(Capability.READ, Capability.ASK)
    async def messages(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Message]:
        key = page_key(self.row.id, first, after)
        return connection(await info.context.loaders.messages_by_chat.load(key), Message.from_row)

    @strawberry.field(
        description="The project it is about.", graphql_type=LazyType("Project", "backend.schema.projects")
    )
    async def project(self, info: Info) -> Node | None:
        return await info.context.loaders.nodes.load(NodeKey("Project", self.row.project_id))

    @strawberry.field(description="What you spent on it.")
    async def usage(self, info: Info) -> UsageTotal:
        return await usage_of(info, UsageOf.CHAT, self.row.id)

    @classmethod
    def from_row(cls, row: rows.Chat) -> "Chat":
        return cls(
            id=global_id("Chat", row.id),
            title=row.title,
            created_at=row.created_at,
            updated_at=row.updated_at,
            row=row,
        )
