"""Reads plain attributes straight: fields without a resolver whose value is a scalar or a member of an enum.

Most of what is asked for are such fields, and the general way of asking for one costs more than ten times
what the answer does. Anything else, and any object with a value that is not exactly as promised, takes the
general way, which also says what is wrong with it; so the outcome is the same, errors and all.

Events of a subscription come by the thousand and are asked for the same fields. Once the first of a class has
shown that all of them are plain, the others of its class are said at once.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from graphql import (
    ExecutionResult,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    OperationType,
    Undefined,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from backend.auth import Viewer
from backend.transport.introspection import shown

Say: TypeAlias = Callable[[Any], Any]
"""The answer to be sent for an object; raises anything when the general way must be taken."""

SIMPLE = frozenset({str, int, float, bool, datetime})
"""Exactly these types: what they hold is no exception, nothing to be awaited, and nothing to look into."""

_KEY = "opentrace.say"


class _Unusual(Exception):
    """Not exactly as promised."""


class PlainFirst(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation as its base does, only sooner."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._plans: dict[int, tuple[GroupedFieldSet, dict[str, Say], GroupedFieldSet]] = {}
        self._is_watched = bool(self.middleware_manager and self.middleware_manager.middlewares)
        self._events: dict[type, Say] = {}
        """How an event of a class is said; shared with the copies that are made for each event."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The outcome of the operation, or of one event of it."""
        say = self._events.get(type(self.root_value))
        if say is not None:
            with suppress(Exception):
                return ExecutionResult(say(self.root_value), None)
        return super().execute_operation(serially)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        """The object's fields in the order asked for; plain ones are read before any other is resolved."""
        general = super().execute_fields
        says, rest = self._plan(parent_type, grouped_field_set)
        if not says:
            return general(parent_type, source_value, path, grouped_field_set, position_context)
        try:
            said = {name: say(source_value) for name, say in says.items()}
        except Exception:
            return general(parent_type, source_value, path, grouped_field_set, position_context)
        if not rest:
            self._learn(source_value, path, says)
            return said
        found = general(parent_type, source_value, path, rest, position_context)
        if isinstance(found, dict):
            return _merged(grouped_field_set, said, found)

        async def merged() -> dict[str, Any]:
            return _merged(grouped_field_set, said, await found)

        return merged()

    def _learn(self, event: Any, path: Path | None, says: dict[str, Say]) -> None:
        """Remember how an event is said, if this was one: the only value at the root of a subscription."""
        is_event = self.operation.operation is OperationType.SUBSCRIPTION and event is self.root_value
        if is_event and path is not None and path.prev is None:
            key = path.key
            self._events[type(event)] = lambda event: {key: {name: say(event) for name, say in says.items()}}

    def build_resolve_info(self, *words: Any) -> GraphQLResolveInfo[Any]:
        """Introspection shows a key what it may use, and nothing else."""
        info = super().build_resolve_info(*words)
        if info.field_name not in ("__schema", "__type"):
            return info
        viewer = getattr(self.context_value, "sender", None)
        key = viewer.key if isinstance(viewer, Viewer) else None
        return info if key is None else info._replace(schema=shown(self.schema, key.capabilities))

    def _plan(
        self, parent_type: GraphQLObjectType, fields: GroupedFieldSet
    ) -> tuple[dict[str, Say], GroupedFieldSet]:
        """Made once for all items of a list: they are asked for the very same set of fields."""
        known = self._plans.get(id(fields))
        if known is None or known[0] is not fields:
            says = {} if self._is_watched else self._says(parent_type, fields)
            rest = {name: details for name, details in fields.items() if name not in says}
            known = self._plans[id(fields)] = (fields, says, rest)
        return known[1], known[2]

    def _says(self, parent_type: GraphQLObjectType, fields: GroupedFieldSet) -> dict[str, Say]:
        found = {name: self._say_of(parent_type, details) for name, details in fields.items()}
        return {name: say for name, say in found.items() if say is not None}

    def _say_of(self, parent_type: GraphQLObjectType, details: FieldDetailsList) -> Say | None:
        node = details[0].node
        if node.name.value == "__typename":
            return lambda _: parent_type.name
        field = self.schema.get_field(parent_type, node.name.value)
        if field is None or field.args or node.arguments:
            return None
        if _KEY not in field.extensions:
            field.extensions[_KEY] = _say(field)
        say: Say | None = field.extensions[_KEY]
        return say


def _merged(order: GroupedFieldSet, said: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Both in the order asked for."""
    return {
        name: said[name] if name in said else found[name] for name in order if name in said or name in found
    }


def _say(field: GraphQLField) -> Say | None:
    """How the field of any object is read, if it is plain."""
    declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(declared, StrawberryField) or declared.default_resolver is not getattr:
        return None
    # The converter's own name for "no more than an attribute": nothing may watch or guard the field.
    if not declared.is_basic_field or getattr(field.resolve, "__name__", "") != "_get_basic_result":
        return None
    is_required = isinstance(field.type, GraphQLNonNull)
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if isinstance(kind, CustomGraphQLEnumType):
        return _enum(declared.python_name, kind, is_required)
    if isinstance(kind, GraphQLScalarType):
        return _scalar(declared.python_name, kind, is_required)
    return None


def _scalar(attribute: str, kind: GraphQLScalarType, is_required: bool) -> Say:
    coerce = kind.coerce_output_value

    def say(source: Any) -> Any:
        value = getattr(source, attribute)
        if value is None and not is_required:
            return None
        if type(value) not in SIMPLE:
            raise _Unusual
        answer = coerce(value)
        if answer is None or answer is Undefined:
            raise _Unusual
        return answer

    return say


def _enum(attribute: str, kind: CustomGraphQLEnumType, is_required: bool) -> Say:
    members: Any = kind.wrapped_cls
    names: dict[Enum, str] = {member: kind.coerce_output_value(member) for member in members}

    def say(source: Any) -> Any:
        value = getattr(source, attribute)
        if value is None and not is_required:
            return None
        if type(value) is not members:
            raise _Unusual
        return names[value]

    return say
