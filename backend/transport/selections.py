"""How values are said whose fields are no more than attributes, however deep: made once, then used for each.

A plan exists only where nothing but attributes is asked for: no argument, no resolver, no interface or union,
no extension of a field. It holds only for values that are exactly as promised; it raises at any other, and
whoever uses it takes the general way then, which also says what is wrong.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLField,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    get_nullable_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField

from backend.transport.limits import NUM_CACHED_DOCUMENTS

Say: TypeAlias = Callable[[Any], Any]
"""The answer to be sent for a value; raises anything when the general way must be taken."""
Collect: TypeAlias = Callable[[GraphQLObjectType, FieldDetailsList], GroupedFieldSet]
"""What is asked of an object, by the names in the answer, fragments and directives applied."""

SIMPLE = frozenset({str, int, float, bool, datetime})
"""Exactly these types: what they hold is no exception, nothing to be awaited, and nothing to look into."""

_KEY = "opentrace.attribute"


class Unusual(Exception):
    """Not exactly as promised."""


@dataclass
class Plans:
    """The plans of one operation: for all requests that send it, or for one if its directives may vary."""

    operation: OperationDefinitionNode
    """Kept, so that the identities of its nodes stay theirs."""
    schema: GraphQLSchema
    _known: dict[tuple[int, ...], Say | None] = field(default_factory=dict)

    def of_value(self, kind: GraphQLOutputType, details: FieldDetailsList, collect: Collect) -> Say | None:
        """How a value of this type is said, asked for by these nodes; None where it takes the general way."""
        key = (id(kind), *(id(each.node) for each in details))
        if key not in self._known:
            self._known[key] = self._plan(kind, details, collect)
        return self._known[key]

    def of_field(self, parent: GraphQLObjectType, details: FieldDetailsList, collect: Collect) -> Say | None:
        """The same, of the object that has the field."""
        name = details[0].node.name.value
        if name == "__typename":
            return lambda _: parent.name
        declared = self.schema.get_field(parent, name)
        attribute = None if declared is None else _attribute(declared)
        if declared is None or attribute is None or details[0].node.arguments:
            return None
        say = self.of_value(declared.type, details, collect)
        return None if say is None else _reading(attribute, declared.type, say)

    def _plan(self, kind: GraphQLOutputType, details: FieldDetailsList, collect: Collect) -> Say | None:
        if isinstance(kind, GraphQLNonNull):
            say = self._plan(kind.of_type, details, collect)
            return None if say is None else _required(say)
        if isinstance(kind, GraphQLList):
            say = self._plan(kind.of_type, details, collect)
            return None if say is None else _list(say)
        if isinstance(kind, GraphQLObjectType):
            says = {name: self.of_field(kind, each, collect) for name, each in collect(kind, details).items()}
            return _object(kind, says)
        if isinstance(kind, CustomGraphQLEnumType):
            return _enum(kind)
        return _scalar(kind) if isinstance(kind, GraphQLScalarType) else None


class KnownPlans:
    """The plans of the operations that were sent last."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Plans] = OrderedDict()

    def of(self, operation: OperationDefinitionNode, schema: GraphQLSchema) -> Plans:
        """Shared by all who send it, unless it may have a directive: then each asks for more or less."""
        source = operation.loc.source.body if operation.loc else "@"
        if "@" in source:
            return Plans(operation, schema)
        known = self._known.get(id(operation))
        if known is None or known.operation is not operation or known.schema is not schema:
            known = self._known[id(operation)] = Plans(operation, schema)
            if len(self._known) > NUM_CACHED_DOCUMENTS:
                self._known.popitem(last=False)
        self._known.move_to_end(id(operation))
        return known


def _attribute(declared: GraphQLField) -> str | None:
    """The attribute that the field of any object is, if it is no more than that."""
    if _KEY not in declared.extensions:
        declared.extensions[_KEY] = _attribute_of(declared)
    name: str | None = declared.extensions[_KEY]
    return name


def _attribute_of(declared: GraphQLField) -> str | None:
    told = declared.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if declared.args or not isinstance(told, StrawberryField) or told.default_resolver is not getattr:
        return None
    # The converter's own name for "no more than an attribute": nothing may watch or guard the field.
    is_basic = told.is_basic_field and getattr(declared.resolve, "__name__", "") == "_get_basic_result"
    return told.python_name if is_basic else None


def _reading(attribute: str, kind: GraphQLOutputType, say: Say) -> Say:
    """Most are texts, which are said as they are."""
    is_text = get_nullable_type(kind) in (GraphQLString, GraphQLID)

    def read(source: Any) -> Any:
        value = getattr(source, attribute)
        return value if is_text and type(value) is str else say(value)

    return read


def _required(say: Say) -> Say:
    def required(value: Any) -> Any:
        if value is None:
            raise Unusual
        return say(value)

    return required


def _list(say: Say) -> Say:
    def listed(values: Any) -> Any:
        if type(values) is list:
            return [say(value) for value in values]
        if values is None:
            return None
        raise Unusual

    return listed


def _object(kind: GraphQLObjectType, says: dict[str, Say | None]) -> Say | None:
    told = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(told, StrawberryObjectDefinition) or told.is_type_of is not None:
        return None
    known = [(name, say) for name, say in says.items() if say is not None]
    if len(known) < len(says):
        return None
    own = {told.origin, told.concrete_of.origin if told.concrete_of else told.origin}

    def said(value: Any) -> Any:
        if value is None:
            return None
        if type(value) not in own or hasattr(value, TYPE_CAST_ATTRIBUTE):
            raise Unusual
        return {name: say(value) for name, say in known}

    return None if any(map(_is_odd, own)) else said


def _is_odd(own: type) -> bool:
    """Objects of such a class are errors, or are awaited, before anybody looks at their fields."""
    return issubclass(own, Exception) or hasattr(own, "__await__")


def _scalar(kind: GraphQLScalarType) -> Say:
    coerce = kind.coerce_output_value
    is_int = kind is GraphQLInt

    def say(value: Any) -> Any:
        exact = type(value)
        if value is None or (is_int and exact is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT):
            return value
        if exact not in SIMPLE:
            raise Unusual
        answer = coerce(value)
        if answer is None or answer is Undefined:
            raise Unusual
        return answer

    return say


def _enum(kind: CustomGraphQLEnumType) -> Say:
    members: Any = kind.wrapped_cls
    names: dict[Enum, str] = {member: kind.coerce_output_value(member) for member in members}

    def say(value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not members:
            raise Unusual
        return names[value]

    return say
