"""Says plain values straight: where no more is asked for than attributes, however deep (`selections`).

Most of what is asked for is, and the general way of asking for one attribute costs more than ten times what
the answer does. Anything else, and any object with a value that is not exactly as promised, takes the general
way, which also says what is wrong with it; so the outcome is the same, errors and all.

Events of a subscription come by the thousand and are asked for the same fields. Once the first of a class has
shown that all of them are plain, the others of its class are said at once.
"""

from contextlib import suppress
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    OperationType,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import AwaitableOrValue, Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from backend.auth import Viewer
from backend.transport.introspection import shown
from backend.transport.selections import KnownPlans, Say

_PLANS = KnownPlans()


class PlainFirst(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation as its base does, only sooner."""

    is_on = True
    """The one switch: without it all is executed in the general way."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._known = _PLANS.of(self.operation, self.schema)
        self._plans: dict[int, tuple[GroupedFieldSet, dict[str, Say], GroupedFieldSet]] = {}
        is_watched = bool(self.middleware_manager and self.middleware_manager.middlewares)
        self._is_general = is_watched or not self.is_on
        self._events: dict[type, Say] = {}
        """How an event of a class is said; shared with the copies that are made for each event."""

    def build_per_event_executor(self, payload: Any) -> Any:
        """A copy for one event; where it is known how the event is said, what stands for such a copy."""
        say = self._events.get(type(payload))
        if say is not None:
            with suppress(Exception):
                return _Said(ExecutionResult(say(payload), None))
        executor: Any = super().build_per_event_executor(payload)
        # By what is collected anew for each event: kept from one to the next, it would only grow.
        executor._plans, executor._relevant_sub_fields = {}, {}
        return executor

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

    def complete_value(
        self, return_type: GraphQLOutputType, field_details_list: FieldDetailsList, *where_and_what: Any
    ) -> AwaitableOrValue[Any]:
        """What a resolver returned, said at once if all that is asked of it is plain."""
        if not self._is_general:
            say = self._known.of_value(return_type, field_details_list, self._asked)
            if say is not None:
                with suppress(Exception):
                    return say(where_and_what[2])
        return super().complete_value(return_type, field_details_list, *where_and_what)

    def _asked(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        return self.collect_subfields(kind, details).grouped_field_set

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
            says = {} if self._is_general else self._says(parent_type, fields)
            rest = {name: details for name, details in fields.items() if name not in says}
            known = self._plans[id(fields)] = (fields, says, rest)
        return known[1], known[2]

    def _says(self, parent_type: GraphQLObjectType, fields: GroupedFieldSet) -> dict[str, Say]:
        known = self._known
        found = {name: known.of_field(parent_type, details, self._asked) for name, details in fields.items()}
        return {name: say for name, say in found.items() if say is not None}


class _Said:
    """An executor of an event whose outcome is known already."""

    __slots__ = ("outcome",)

    def __init__(self, outcome: ExecutionResult) -> None:
        self.outcome = outcome

    def execute_operation(self, serially: bool | None = None) -> ExecutionResult:
        return self.outcome


def _merged(order: GroupedFieldSet, said: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Both in the order asked for."""
    return {
        name: said[name] if name in said else found[name] for name in order if name in said or name in found
    }
