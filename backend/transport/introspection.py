"""What an API key is shown of the schema: what its capabilities open, and what can be reached from there."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    NamedTypeNode,
    Visitor,
    build_ast_schema,
    parse,
    print_schema,
    visit,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from backend import policy
from backend.policy import Needs
from backend.schema.access import needs_of
from db.models import Capability

NUM_SETS = 64
"""More than there are sets of capabilities."""
ROOTS = ("Query", "Mutation", "Subscription")


@lru_cache(maxsize=NUM_SETS)
def shown(schema: GraphQLSchema, capabilities: frozenset[Capability]) -> GraphQLSchema:
    """The part of the schema that a key with these capabilities may know of; for introspection alone."""
    document = parse(print_schema(schema), no_location=True)
    hidden = {
        (type_.name, name)
        for type_, name, field in fields_of(schema)
        if not policy.opens(capabilities, declared(field))
    }
    types = {
        each.name.value: _without(each, hidden) for each in document.definitions if hasattr(each, "name")
    }
    roots = [name for name in ROOTS if name in types and types[name].fields]
    kept = _reachable(types, roots)
    return build_ast_schema(DocumentNode(definitions=tuple(types[name] for name in types if name in kept)))


def undeclared(schema: GraphQLSchema) -> list[str]:
    """Root fields that do not say what they need, by name."""
    return [
        f"{type_.name}.{name}"
        for type_, name, field in fields_of(schema)
        if type_.name in ROOTS and declared(field) is None
    ]


def fields_of(schema: GraphQLSchema) -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    """Every field of every object type of our own."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield type_, name, field


def declared(field: GraphQLField) -> Needs | None:
    """What a field says that it needs, if it does."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return None if definition is None else needs_of(definition)


def _without(definition: Any, hidden: set[tuple[str, str]]) -> Any:
    if not getattr(definition, "fields", None):
        return definition
    name = definition.name.value
    fields = tuple(each for each in definition.fields if (name, each.name.value) not in hidden)
    return _with_fields(definition, fields)


def _with_fields(definition: Any, fields: tuple[FieldDefinitionNode, ...]) -> Any:
    values = {key: getattr(definition, key) for key in definition.keys}
    return type(definition)(**{**values, "fields": fields})


class _Names(Visitor):
    """Every type that a definition names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> None:
        self.found.add(node.name.value)


def _reachable(types: dict[str, Any], roots: Iterable[str]) -> set[str]:
    """All names that can be come to from the roots; directives stay."""
    kept = {name for name, each in types.items() if each.kind == "directive_definition"}
    due = [*roots, *kept]
    seen: set[str] = set()
    while due:
        name = due.pop()
        if name in seen or name not in types:
            continue
        seen.add(name)
        due += _named_by(types[name])
    return seen


def _named_by(definition: DefinitionNode) -> set[str]:
    names = _Names()
    visit(definition, names)
    return names.found
