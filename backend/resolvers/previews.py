"""Two settings of a project side by side."""

import math
from collections.abc import Sequence
from typing import Annotated

import strawberry

from backend.errors import NotFound
from backend.resolvers.expected import answering
from backend.resolvers.search import filters_of, payload_of
from backend.schema.access import needs
from backend.schema.context import Info
from backend.schema.nodes import global_id, parse, row_id
from backend.schema.previews import (
    PreviewQuestion,
    PreviewQuestionInput,
    PreviewRetrievalSettingsInput,
    PreviewRetrievalSettingsPayload,
    PreviewRetrievalSettingsResult,
    PreviewSearch,
    PreviewSide,
)
from backend.schema.search import SearchSettingsInput
from backend.schema.usage import total_of
from backend.services import preview, spending
from backend.services.preview import Compared, Searched, Side
from backend.services.rated import Question
from backend.services.spending import Price
from db.models import Capability
from db.queries.search import EVERYTHING


@strawberry.type
class PreviewQueries:
    @strawberry.field(
        description="The same questions under two settings of a project, side by side: what is found where,"
        " how long it takes, what it costs, and how good it is where that is known. Nothing is changed."
    )
    @answering
    @needs(Capability.SEARCH, spends=True)
    async def preview_retrieval_settings(
        self,
        info: Info,
        input: Annotated[
            PreviewRetrievalSettingsInput, strawberry.argument(description="What to compare, and by what.")
        ],
    ) -> PreviewRetrievalSettingsResult:
        handles = info.context.handles
        request = preview.Request(
            project_id=row_id(input.project_id, "Project", field="project_id"),
            questions=[_question(number, each) for number, each in enumerate(input.questions)],
            num_rated=input.num_from_feedback,
            before=_settings(input.before),
            after=_settings(input.after),
            first=input.first,
            filters=EVERYTHING if input.filters is None else filters_of(input.filters),
        )
        found = await preview.preview(
            handles.transactions,
            handles.database,
            handles.models,
            viewer=info.context.viewer,
            request=request,
        )
        price = handles.models.cost
        return PreviewRetrievalSettingsPayload(
            before=_side(found.before, [each.before for each in found.compared], price),
            after=_side(found.after, [each.after for each in found.compared], price),
            questions=[_compared(each) for each in found.compared],
            num_left_out=found.num_left_out,
        )


def _settings(given: SearchSettingsInput | None) -> dict[str, object]:
    return {} if given is None else given.settings()


def _question(number: int, given: PreviewQuestionInput) -> Question:
    field = f"questions.{number}.relevant_ids"
    relevant = []
    for id in given.relevant_ids or ():
        kind, row = parse(id, field=field)
        if kind not in ("Document", "Chunk"):
            raise NotFound("There is no document and no chunk with this id.", field=field)
        relevant.append(row)
    return Question(given.text, frozenset(relevant))


def _compared(compared: Compared) -> PreviewQuestion:
    question, before, after = compared.question, compared.before, compared.after
    answer = question.message_id
    return PreviewQuestion(
        text=question.text,
        message_id=None if answer is None else global_id("Message", answer),
        before=_searched(before, after),
        after=_searched(after, before),
    )


def _searched(searched: Searched, other: Searched) -> PreviewSearch:
    ranks = {hit.chunk_id: rank for rank, hit in enumerate(other.found.hits, start=1)}
    return PreviewSearch(
        found=payload_of(searched.found),
        ranks_otherwise=[ranks.get(hit.chunk_id) for hit in searched.found.hits],
        relevant_ranks=searched.relevant_ranks,
        ndcg=searched.ndcg,
        milliseconds=round(searched.milliseconds, 3),
    )


def _side(side: Side, searched: Sequence[Searched], price: Price) -> PreviewSide:
    judged = [each.ndcg for each in searched if each.ndcg is not None]
    times = sorted(each.milliseconds for each in searched)
    return PreviewSide(
        ndcg=math.fsum(judged) / len(judged) if judged else None,
        num_judged=len(judged),
        milliseconds_p50=_percentile(times, 0.5),
        milliseconds_p95=_percentile(times, 0.95),
        usage=total_of(spending.of_calls(side.bill.rows, price)),
    )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 3) if ordered else None
