"""Any object by its id: each type of node is read through the service that keeps its rights."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from backend.auth import Viewer
from backend.errors import NotFound
from backend.schema.api_keys import ApiKey
from backend.schema.chats import Chat
from backend.schema.context import Info, NodeKey
from backend.schema.crawls import Crawl
from backend.schema.documents import Document
from backend.schema.messages import Message
from backend.schema.nodes import Node, parse
from backend.schema.projects import Project
from backend.schema.users import User
from backend.services import api_keys, chats, projects, users
from backend.services.crawls import control as crawls
from backend.services.documents import read as documents
from backend.services.messages import read as messages
from db.engine import Database, Session

N = TypeVar("N", bound=Node)
Fetch = Callable[[Session, Viewer, UUID], Awaitable[Node]]
FetchSome = Callable[[Session, Viewer, Sequence[UUID]], Awaitable[dict[UUID, Node]]]


async def glance(database: Database, viewer: Viewer, key: NodeKey) -> Node | None:
    """The object in one round trip, for the types that can be had so; None says nothing: `fetch` it."""
    if key.type_name != "Project":
        return None
    row = await projects.glance(database, viewer=viewer, project_id=key.id)
    return None if row is None else Project.from_row(row)


async def fetch_all(session: Session, viewer: Viewer, keys: Sequence[NodeKey]) -> dict[NodeKey, Node | None]:
    """Those of the objects that the viewer may see; documents, chats and messages all at once."""
    found: dict[NodeKey, Node | None] = {}
    for type_name, ids in _by_type(keys).items():
        if fetch_some := BATCHES.get(type_name):
            nodes = await fetch_some(session, viewer, ids)
            found |= {NodeKey(type_name, id): node for id, node in nodes.items()}
        else:
            found |= {
                key: await _fetch(session, viewer, key) for key in (NodeKey(type_name, id) for id in ids)
            }
    return found


def _by_type(keys: Sequence[NodeKey]) -> dict[str, list[UUID]]:
    ids: dict[str, list[UUID]] = {}
    for key in keys:
        ids.setdefault(key.type_name, []).append(key.id)
    return ids


async def _fetch(session: Session, viewer: Viewer, key: NodeKey) -> Node | None:
    """The object, or None where there is none that the viewer may see."""
    fetch_one = FETCHERS.get(key.type_name)
    if fetch_one is None:
        return None
    try:
        return await fetch_one(session, viewer, key.id)
    except NotFound:
        return None


async def find(info: Info, id: str, type_: type[N]) -> N | None:
    """The `type_` that a global id names, or None. Raises NotSignedIn."""
    _ = info.context.viewer
    try:
        key = NodeKey(*parse(id))
    except NotFound:
        return None
    node = await info.context.loaders.nodes.load(key)
    return node if isinstance(node, type_) else None


async def _project(session: Session, viewer: Viewer, id: UUID) -> Node:
    return Project.from_row(await projects.get(session, viewer=viewer, project_id=id))


async def _documents(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Node]:
    rows = await documents.some(session, viewer=viewer, document_ids=ids)
    return {id: Document.from_row(row) for id, row in rows.items()}


async def _crawl(session: Session, viewer: Viewer, id: UUID) -> Node:
    return Crawl.from_row(await crawls.get(session, viewer=viewer, crawl_id=id))


async def _chats(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Node]:
    rows = await chats.some(session, viewer=viewer, chat_ids=ids)
    return {id: Chat.from_row(row) for id, row in rows.items()}


async def _messages(session: Session, viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Node]:
    rows = await messages.some(session, viewer=viewer, message_ids=ids)
    return {id: Message.from_row(row) for id, row in rows.items()}


async def _api_key(session: Session, viewer: Viewer, id: UUID) -> Node:
    return ApiKey.from_row(await api_keys.get(session, key_id=id))


async def _user(session: Session, viewer: Viewer, id: UUID) -> Node:
    if id != viewer.user_id:
        raise NotFound("There is no such user.")
    return User.from_row(await users.get(session, viewer=viewer))


FETCHERS: dict[str, Fetch] = {
    "ApiKey": _api_key,
    "Project": _project,
    "Crawl": _crawl,
    "User": _user,
}
BATCHES: dict[str, FetchSome] = {"Document": _documents, "Chat": _chats, "Message": _messages}
"""What lists refer to by the hundred."""
