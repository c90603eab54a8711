"""The viewer, and any object by its id."""

from typing import Annotated

import strawberry

from backend.errors import NotSignedIn
from backend.resolvers.nodes import find
from backend.schema.access import ANY, needs
from backend.schema.context import Info, NodeKey
from backend.schema.nodes import Node
from backend.schema.users import User
from db.models import Capability


@strawberry.type
class UserQueries:
    @strawberry.field(description="You.")
    @needs(*ANY)
    async def viewer(self, info: Info) -> User:
        key = NodeKey("User", info.context.viewer.user_id)
        node = await info.context.loaders.nodes.load(key)
        if not isinstance(node, User):
            raise NotSignedIn("This user was deleted.")
        return node

    @strawberry.field(description="The object with this id, if it is yours to see.")
    @needs(Capability.READ)
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of any object.")],
    ) -> Node | None:
        return await find(info, id, Node)
