"""What a document may ask at most, checked before anything runs; all rules are made once, here."""

from collections.abc import AsyncIterator, Callable, Iterator
from time import perf_counter
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    get_operation_ast,
)
from graphql.language import VisitorAction
from graphql.validation import ASTValidationRule
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext

from backend import tracing
from backend.transport import counting
from backend.transport.till import Prices, Spent

MAX_TOKENS = 2_000
MAX_SOURCE_CHARACTERS = 50_000
MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_ROOT_FIELDS = 20
MAX_MUTATIONS = 10
MAX_DIRECTIVES = 50
ROOT_LIMITS = {"mutation": ("TOO_MANY_MUTATIONS", MAX_MUTATIONS)}
NUM_CACHED_DOCUMENTS = 512
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000
"""Fields of one name are compared in pairs; as many as the library allows take most of a second."""


class DocumentLimits(ValidationRule):
    """Refuses documents that are too deep or too wide. Each definition is measured once, however often it is
    spread, so that the check itself stays linear; fields of introspection do not count as depth."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._depths: dict[str, int] = {}
        self._aliases = 0
        self._directives = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._aliases += node.alias is not None

    def enter_directive(self, *_: Any) -> None:
        self._directives += 1

    def leave_document(self, *_: Any) -> VisitorAction:
        self._refuse("TOO_MANY_ALIASES", self._aliases, MAX_ALIASES, "aliases")
        self._refuse("TOO_MANY_DIRECTIVES", self._directives, MAX_DIRECTIVES, "directives")
        return None

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> VisitorAction:
        code, limit = ROOT_LIMITS.get(node.operation.value, ("TOO_MANY_ROOT_FIELDS", MAX_ROOT_FIELDS))
        self._refuse(code, len(node.selection_set.selections), limit, "fields at its root")
        self._refuse("TOO_DEEP", self._depth(node.selection_set), MAX_DEPTH, "levels")
        return None

    def _refuse(self, code: str, number: int, limit: int, what: str) -> None:
        if number > limit:
            extensions = {"code": code, "limit": limit, "found": number}
            message = f"A document may have {limit} {what}, not {number}."
            self.report_error(GraphQLError(message, extensions=extensions))

    def _depth(self, selections: SelectionSetNode) -> int:
        return max((self._depth_of(node) for node in selections.selections), default=0)

    def _depth_of(self, node: Any) -> int:
        if isinstance(node, FieldNode):
            if node.selection_set is None or node.name.value.startswith("__"):
                return 1
            return 1 + self._depth(node.selection_set)
        if isinstance(node, FragmentSpreadNode):
            return self._depth_of_fragment(node.name.value)
        return self._depth(node.selection_set)

    def _depth_of_fragment(self, name: str) -> int:
        if name not in self._depths:
            self._depths[name] = 0  # what a cycle counts; another rule refuses it
            fragment: FragmentDefinitionNode | None = self.context.get_fragment(name)
            self._depths[name] = self._depth(fragment.selection_set) if fragment else 0
        return self._depths[name]


class Rules(SchemaExtension):
    """Adds the limits to every validation; the same tuple every time, or the cache would never hit.

    The outermost extension, it has every operation counted as well: one more extension costs twice as much.
    """

    _all: tuple[type[ASTValidationRule], ...] | None = None

    def on_operation(self) -> Iterator[None]:
        if Rules._all is None:
            Rules._all = (*self.execution_context.validation_rules, DocumentLimits)
        self.execution_context.validation_rules = Rules._all
        began = perf_counter()
        with tracing.operation() as span:
            try:
                yield
            finally:
                counting.ended(self.execution_context, began, span)


class Paid(ValidationCache):
    """Once a document is known to be valid, its sender is charged for the operation; who cannot pay is
    refused as if it were not. Not an extension beside the cache, since each more costs every operation."""

    _prices = Prices()
    _told: dict[str, Any] | None = None

    async def on_validate(self) -> AsyncIterator[None]:  # type: ignore[override] # the base's hook is not async
        for _ in super().on_validate():
            await self._charge()
            yield

    async def _charge(self) -> None:
        context = self.execution_context
        document = context.graphql_document
        operation = get_operation_ast(document, context.operation_name) if document else None
        if document is None or operation is None or context.pre_execution_errors:
            return
        price = self._prices.of(context.schema._schema, document, operation)
        points = max(1, price.points(context.variables or {}))
        try:
            self._told = {"cost": await context.context.charge(points)}
        except Spent as error:
            self._told = {"cost": error.cost}
            context.pre_execution_errors = [GraphQLError(error.message, original_error=error)]
        except GraphQLError as error:
            context.pre_execution_errors = [error]

    def get_results(self) -> dict[str, Any]:
        """`cost`, with the first result: what follows of a subscription costs nothing more."""
        told, self._told = self._told, None
        return told or {}


class Results(SchemaExtensionsRunner):
    """Asks those extensions for results that may have any. Each event of a subscription comes by here."""

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for extension in self.extensions:
            if type(extension).get_results is not SchemaExtension.get_results:
                found = extension.get_results()
                told.update(found if isinstance(found, dict) else await found)
        return told | ctx.extensions_results


EXTENSIONS: tuple[Callable[[], SchemaExtension], ...] = (
    Rules,
    lambda: MaxTokensLimiter(MAX_TOKENS),
    lambda: ParserCache(NUM_CACHED_DOCUMENTS),
    lambda: Paid(NUM_CACHED_DOCUMENTS),
)
"""What every schema of ours is made with."""
