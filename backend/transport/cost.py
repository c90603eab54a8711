"""What an operation costs, known before it runs: one point for each object it may load, more for a model.

The price of a document is worked out once, as a sum whose only unknowns are the sizes of pages that are given
by variables; what one operation costs is then a matter of a few multiplications.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    value_from_ast_untyped,
)

LIST_SIZE = 10
"""How many objects a list is taken to have whose size nobody can name."""
MAX_PAGE = 100
MAX_POINTS = 2**53 - 1
"""As much as a number of JSON can say everywhere; fragments that double make more of them."""
ROOT_POINTS = {"query": 0, "mutation": 10, "subscription": 10}
"""Of each field at the root."""
DEAR = {
    "search": 20,
    "searchMessages": 10,
    "exportChat": 20,
    "sendMessage": 100,
    "regenerateMessage": 100,
    "addWebPage": 50,
    "addWebSite": 100,
    "recrawlWebSite": 100,
    "changeEmbeddingModel": 100,
    "__schema": 100,
    "__type": 10,
}
"""Fields at the root that reach a model, another server, or very many rows."""
DEAR_ITEMS = {
    "previewRetrievalSettings": {"questions": 40, "numFromFeedback": 40},
    "requestUploads": {"files": 5},
    "requestUploadParts": {"parts": 1},
}
"""Of each item of these fields' inputs: a list's, or as many as a number says."""


@dataclass(frozen=True, slots=True, order=True)
class Page:
    """A size that a variable gives: its own value, or that of a field of the input that it is; of a list its
    length."""

    variable: str
    field: str
    """Empty: the variable's own value."""
    default: int

    def size(self, variables: Mapping[str, Any]) -> int:
        value = variables.get(self.variable)
        if self.field:
            value = value.get(self.field) if isinstance(value, dict) else None
        return _bounded(value, self.default)


Sum: TypeAlias = Counter[tuple[Page, ...]]
"""Points by the pages that they are multiplied with."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one operation of a document costs."""

    terms: tuple[tuple[int, tuple[Page, ...]], ...]
    defaults: Mapping[str, Any]
    """Of its variables."""

    def points(self, variables: Mapping[str, Any]) -> int:
        given = {**self.defaults, **variables}
        total = sum(points * prod(page.size(given) for page in pages) for points, pages in self.terms)
        return min(total, MAX_POINTS)


def price(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Price:
    """The price of an operation of a document that is valid."""
    root = schema.get_root_type(operation.operation)
    assert root is not None  # the document is valid
    fixed, paged = _Reading(schema, document).selections(root, operation.selection_set)
    fixed[()] += ROOT_POINTS[operation.operation.value] * len(operation.selection_set.selections)
    total = fixed + _times(paged, LIST_SIZE)
    defaults = {
        node.variable.name.value: value_from_ast_untyped(node.default_value)
        for node in operation.variable_definitions or ()
        if node.default_value is not None
    }
    return Price(tuple((points, pages) for pages, points in total.items()), defaults)


class _Reading:
    """One document read. Each selection is two sums: what is there once, and what is there for each item of
    the page that encloses it; a fragment is read once, however often it is spread."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, tuple[Sum, Sum]] = {}

    def selections(self, parent: GraphQLNamedType, selected: SelectionSetNode) -> tuple[Sum, Sum]:
        fixed, paged = Counter[tuple[Page, ...]](), Counter[tuple[Page, ...]]()
        for node in selected.selections:
            one, many = self._selection(parent, node)
            fixed.update(one)
            paged.update(many)
        return fixed, paged

    def _selection(self, parent: GraphQLNamedType, node: Any) -> tuple[Sum, Sum]:
        if isinstance(node, FieldNode):
            return self._field(parent, node)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        assert isinstance(node, InlineFragmentNode)
        condition = node.type_condition
        inner = self._schema.get_type(condition.name.value) if condition else parent
        return self.selections(inner or parent, node.selection_set)

    def _fragment(self, name: str) -> tuple[Sum, Sum]:
        if name not in self._known:
            node = self._fragments[name]
            inner = self._schema.get_type(node.type_condition.name.value)
            assert inner is not None  # the document is valid
            self._known[name] = self.selections(inner, node.selection_set)
        return self._known[name]

    def _field(self, parent: GraphQLNamedType, node: FieldNode) -> tuple[Sum, Sum]:
        name = node.name.value
        is_root = parent in (self._schema.query_type, self._schema.mutation_type)
        extra: Sum = Counter({(): DEAR.get(name, 0) if is_root else 0})
        if name.startswith("__"):
            return extra, Counter()
        field = _field_of(parent, name)
        kind = get_named_type(field.type)
        for item, points in DEAR_ITEMS.get(name, {}).items() if is_root else ():
            extra += _times(Counter({(): points}), _of_input(node, field, item) or 0)
        if is_leaf_type(kind) or node.selection_set is None:
            return extra, Counter()
        fixed, paged = self.selections(kind, node.selection_set)
        fixed = fixed + Counter({(): 1})
        return _sized(node, field, fixed, paged, extra)


def _sized(node: FieldNode, field: GraphQLField, fixed: Sum, paged: Sum, extra: Sum) -> tuple[Sum, Sum]:
    """An object field's sums, once it is known how often the field is there."""
    is_list, page = _is_list(field), _page(node, field)
    if is_list:
        item = fixed + _times(paged, LIST_SIZE)
        if page is None:
            return extra, item
        return _times(item, page) + extra, Counter()
    fixed = fixed + extra
    return (fixed, paged) if page is None else (fixed + _times(paged, page), Counter())


def _times(total: Sum, size: int | Page) -> Sum:
    if isinstance(size, int):
        return Counter({pages: points * size for pages, points in total.items()})
    return Counter({tuple(sorted((*pages, size))): points for pages, points in total.items()})


def _page(node: FieldNode, field: GraphQLField) -> int | Page | None:
    """The size of the page that the field asks for; None for a field that has no pages."""
    given = {argument.name.value: argument for argument in node.arguments or ()}
    if "first" in field.args:
        return _size(given.get("first"), field.args["first"].default_value)
    return _of_input(node, field, "first")


def _of_input(node: FieldNode, field: GraphQLField, name: str) -> int | Page | None:
    """The size that a field of the input gives; None for an input without it."""
    kind = get_named_type(field.args["input"].type) if "input" in field.args else None
    wanted = getattr(kind, "fields", {}).get(name)
    if wanted is None:
        return None
    value = next((each.value for each in node.arguments or () if each.name.value == "input"), None)
    if isinstance(value, VariableNode):
        return Page(value.name.value, name, _bounded(wanted.default_value, LIST_SIZE))
    if isinstance(value, ObjectValueNode):
        inner = next((each.value for each in value.fields if each.name.value == name), None)
        return _value(inner, wanted.default_value)
    return _bounded(wanted.default_value, LIST_SIZE)


def _size(argument: ArgumentNode | None, default: Any) -> int | Page:
    return _value(argument.value if argument else None, default)


def _value(value: ValueNode | None, default: Any) -> int | Page:
    usual = _bounded(default, LIST_SIZE)
    if isinstance(value, VariableNode):
        return Page(value.name.value, "", usual)
    if isinstance(value, ListValueNode):
        return _bounded(len(value.values), usual)
    return _bounded(int(value.value), usual) if isinstance(value, IntValueNode) else usual


def _bounded(value: Any, default: int) -> int:
    """What is no number is for the operation itself to refuse, and so is too large a page; 7.0 is one."""
    if isinstance(value, list):
        value = len(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is Undefined or isinstance(value, bool) or not isinstance(value, int):
        return default
    return max(0, min(value, MAX_PAGE))


def _field_of(parent: Any, name: str) -> GraphQLField:
    field: GraphQLField = parent.fields[name]
    return field


def _is_list(field: GraphQLField) -> bool:
    kind = field.type.of_type if is_non_null_type(field.type) else field.type
    return bool(is_list_type(kind))
