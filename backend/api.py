"""The only GraphQL schema: joins what the API says with how it answers, and writes it down as SDL."""

from dataclasses import replace
from functools import partial

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

import backend.schema.enums  # noqa: F401 - describes the enums before any type uses them
from backend.api_keys import PREFIX
from backend.auth import Tokens, Viewer
from backend.errors import AppError
from backend.resolvers import loaders
from backend.resolvers.api_keys import ApiKeyMutations
from backend.resolvers.chats import ChatMutations, ChatQueries
from backend.resolvers.crawls import CrawlMutations, CrawlQueries
from backend.resolvers.documents import DocumentMutations, DocumentQueries
from backend.resolvers.embedding_models import EmbeddingModelMutations, EmbeddingModelQueries
from backend.resolvers.events import EventSubscriptions
from backend.resolvers.key_holders import KeyHolders
from backend.resolvers.messages import MessageMutations, MessageQueries
from backend.resolvers.previews import PreviewQueries
from backend.resolvers.projects import ProjectMutations, ProjectQueries
from backend.resolvers.search import SearchQueries
from backend.resolvers.upload_parts import UploadPartMutations
from backend.resolvers.uploads import UploadMutations
from backend.resolvers.users import UserQueries
from backend.resolvers.viewers import Viewers
from backend.schema.context import Context, Handles
from backend.schema.errors import MEMBERS
from backend.schema.scalars import SCALARS
from backend.services import access
from backend.transport import introspection
from backend.transport.caps import Caps
from backend.transport.execution import PlainFirst
from backend.transport.graphql import GraphQLApp, TransportLimits
from backend.transport.limits import EXTENSIONS, Results
from backend.transport.persisted import Documents
from backend.transport.presence import Presence
from backend.transport.senders import Senders
from backend.transport.till import Till


@strawberry.type(description="Everything that can be read.")
class Query(
    UserQueries,
    ProjectQueries,
    EmbeddingModelQueries,
    DocumentQueries,
    CrawlQueries,
    ChatQueries,
    MessageQueries,
    SearchQueries,
    PreviewQueries,
):
    pass


@strawberry.type(
    description="Everything that can be done. Expected failures are members of each result; "
    "a mutation that answers with one has changed nothing."
)
class Mutation(
    ProjectMutations,
    EmbeddingModelMutations,
    UploadMutations,
    UploadPartMutations,
    CrawlMutations,
    DocumentMutations,
    ChatMutations,
    MessageMutations,
    ApiKeyMutations,
):
    pass


@strawberry.type(description="Everything that can be followed; every event has a cursor to go on from.")
class Subscription(EventSubscriptions):
    pass


class Schema(strawberry.Schema):
    """Leaves errors to the transport, which logs what nobody expected under the id that it shows."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        pass

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> SchemaExtensionsRunner:
        return Results(execution_context, extensions)


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=MEMBERS,
    extensions=EXTENSIONS,
    execution_context_class=PlainFirst,
    config=StrawberryConfig(disable_field_suggestions=True, scalar_map=SCALARS),
)

if forgotten := introspection.undeclared(schema._schema):
    raise TypeError(f"{', '.join(forgotten)}: say who may do this (`@needs`, backend/schema/access.py).")


def graphql_app(
    handles: Handles, tokens: Tokens, till: Till, caps: Caps, documents: Documents, limits: TransportLimits
) -> GraphQLApp:
    """The ASGI application that answers for `handles`."""

    async def sign_in(bearer: str) -> Viewer:
        if bearer.startswith(PREFIX):
            return await holders.viewer(bearer)
        return await viewers.viewer(await tokens.verify(bearer))

    viewers, holders = Viewers(handles.transactions), KeyHolders(handles.transactions)
    handles.hub.on_control(holders.hear)
    handles.hub.on_control(viewers.hear)
    presence = Presence(partial(access.ended, handles.database), access.ENDED)
    handles.hub.on_control(presence.hear)
    senders = Senders(
        sign_in,
        lambda sender, charge: Context(bounded(handles, sender), sender, loaders.build, charge),
        presence,
        till,
        caps,
        documents,
    )
    return GraphQLApp(schema, senders, limits)


def bounded(handles: Handles, sender: Viewer | AppError) -> Handles:
    """The handles for one sender: whatever reads the database by a key's sees only what the key reaches."""
    if isinstance(sender, AppError) or sender.key is None:
        return handles
    key_id = sender.key.id
    return replace(
        handles,
        transactions=replace(handles.transactions, key_id=key_id),
        database=replace(handles.database, key_id=key_id),
    )


def export_sdl() -> str:
    """The schema as text, as it is committed in `backend/schema/schema.graphql`."""
    return schema.as_str() + "\n"
