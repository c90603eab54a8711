"""What answers that were found good say of their questions."""

from uuid import UUID

from backend.services import preview, rated
from backend.services.messages import rate
from backend.services.preview import Preview, Request
from backend.services.rated import Question
from db.queries.messages import Rating
from tests.stage import QUESTION, Stage


async def rating(stage: Stage, message_id: UUID, *, positive: bool) -> None:
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        await rate.rate(session, viewer=stage.viewer, message_id=message_id, rating=Rating(positive))


async def known(stage: Stage, limit: int = 20) -> list[Question]:
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        return await rated.questions(session, viewer=stage.viewer, project_id=stage.project_id, limit=limit)


async def previewed(stage: Stage, num_rated: int) -> Preview:
    return await preview.preview(
        stage.transactions,
        stage.reading,
        stage.models,
        viewer=stage.viewer,
        request=Request(stage.project_id, [], num_rated=num_rated),
    )


async def test_an_answer_rated_up_names_the_chunks_that_it_cites(stage: Stage, api_stage: Stage) -> None:
    good, bad, unrated = [await stage.answered() for _ in range(3)]
    await rating(api_stage, good.id, positive=True)
    await rating(api_stage, bad.id, positive=False)
    (cited,) = await stage.citations(good.id)
    assert await known(api_stage) == [Question(QUESTION, frozenset({cited.chunk_id}), good.id)]
    assert await known(api_stage, limit=0) == []
    compared = (await previewed(api_stage, 20)).compared
    assert [(each.question.message_id, each.before.ndcg) for each in compared] == [(good.id, 1.0)]
    assert unrated.id != good.id


async def test_the_last_rated_come_first(stage: Stage, api_stage: Stage) -> None:
    first, second = [await stage.answered() for _ in range(2)]
    for answer in (second, first):
        await rating(api_stage, answer.id, positive=True)
    assert [each.message_id for each in await known(api_stage)] == [first.id, second.id]
    assert [each.message_id for each in await known(api_stage, limit=1)] == [first.id]


async def test_another_members_ratings_are_their_own(stage: Stage, api_stage: Stage) -> None:
    answer = await stage.answered()
    await rating(api_stage, answer.id, positive=True)
    other = await api_stage.beside(is_member=True)
    for transactions in other.both_roles:
        assert await known(other.changed(transactions=transactions)) == []
    assert (await previewed(other, 5)).compared == []
