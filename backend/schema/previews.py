"""Two settings of a project side by side, as the API shows them."""

from typing import Annotated, TypeAlias

import strawberry

from backend.schema.errors import RowRefused
from backend.schema.search import SearchFilterInput, SearchPayload, SearchSettingsInput
from backend.schema.usage import UsageTotal


@strawberry.input(description="A question that both settings are asked.")
class PreviewQuestionInput:
    text: str = strawberry.field(description="The question, as `search` takes it.")
    relevant_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Ids of documents and chunks of the project that are known to answer it, at most 200;"
        " with them the rankings are judged.",
    )


@strawberry.input(
    description="Which two settings to compare, and by which questions: 1 to 20 of both kinds together."
)
class PreviewRetrievalSettingsInput:
    project_id: strawberry.ID = strawberry.field(description="The project whose documents are searched.")
    questions: list[PreviewQuestionInput] = strawberry.field(
        default_factory=list, description="What both settings are asked."
    )
    num_from_feedback: int = strawberry.field(
        default=0,
        description="How many of your own questions are asked beside them: those of the answers you rated up"
        " last, judged by the chunks that these answers cite. Answers that cite none are left out.",
    )
    before: SearchSettingsInput | None = strawberry.field(
        default=None, description="The one side; the project's own settings if not given."
    )
    after: SearchSettingsInput | None = strawberry.field(
        default=None, description="The other side; the project's own settings if not given."
    )
    first: int = strawberry.field(
        default=10, description="How many hits at most for each question and side, 1 to 100."
    )
    filters: SearchFilterInput | None = strawberry.field(
        default=None, description="Which documents are searched, on both sides."
    )


@strawberry.type(description="One question under one of the two settings.")
class PreviewSearch:
    found: SearchPayload = strawberry.field(description="What was found, and how.")
    ranks_otherwise: list[int | None] = strawberry.field(
        description="For each hit its place under the other settings, from 1; null if it is not among theirs."
    )
    relevant_ranks: list[int] = strawberry.field(
        description="The places of hits that are known to be relevant, from 1."
    )
    ndcg: float | None = strawberry.field(
        description="nDCG@10 by what is known to be relevant, 0 to 1; null where nothing is."
    )
    milliseconds: float = strawberry.field(
        description="How long it took. Up to four questions are asked at a time."
    )


@strawberry.type(description="One question under both settings.")
class PreviewQuestion:
    text: str = strawberry.field(description="What was searched for.")
    message_id: strawberry.ID | None = strawberry.field(
        description="The answer by which it is judged; null for a question that was given."
    )
    before: PreviewSearch = strawberry.field(description="Under the one side's settings.")
    after: PreviewSearch = strawberry.field(description="Under the other side's.")


@strawberry.type(description="All questions under one of the two settings.")
class PreviewSide:
    ndcg: float | None = strawberry.field(
        description="The mean nDCG@10 of the questions that are judged; null where none is."
    )
    num_judged: int = strawberry.field(
        description="How many questions are judged; they are the same on both sides."
    )
    milliseconds_p50: float | None = strawberry.field(
        description="The median of the searches' times; null where no question was asked."
    )
    milliseconds_p95: float | None = strawberry.field(description="What 95 % of them did not exceed.")
    usage: UsageTotal = strawberry.field(description="What these searches cost you.")


@strawberry.type(description="Two settings compared; the project's own stay as they are.")
class PreviewRetrievalSettingsPayload:
    before: PreviewSide = strawberry.field(description="The one side.")
    after: PreviewSide = strawberry.field(description="The other side.")
    questions: list[PreviewQuestion] = strawberry.field(
        description="Each question under both, in their order."
    )
    num_left_out: int = strawberry.field(
        description="How many questions, the last ones, were not asked since those before cost as many tokens"
        " as one preview may."
    )


PreviewRetrievalSettingsResult: TypeAlias = Annotated[
    PreviewRetrievalSettingsPayload | RowRefused,
    strawberry.union("PreviewRetrievalSettingsResult", description="What came of comparing settings."),
]
