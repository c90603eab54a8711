"""Projects: theirs alone, within limits, and gone whole."""

from uuid import UUID, uuid4

import pytest

from backend.auth import Identity, Viewer
from backend.errors import Invalid, NotAllowed, NotFound
from backend.services import projects, users
from db.engine import Session
from db.models import Fusion, MemberRole, Project, ProjectMember, RagStrategy
from tests.fixtures import house as houses
from tests.fixtures.house import House, markdown


async def create(session: Session, viewer: Viewer, name: str = "Lamps", dimensions: int = 384) -> Project:
    return await projects.create(
        session,
        viewer=viewer,
        name=name,
        description=" about lamps ",
        embedding_model="all-MiniLM-L6-v2",
        embedding_dimensions=dimensions,
    )


async def join(house: House, viewer: Viewer, project_id: UUID) -> None:
    async with house.worker.database.sessions.begin() as session:
        session.add(ProjectMember(user_id=viewer.user_id, project_id=project_id, role=MemberRole.MEMBER))


async def test_signing_in_twice_is_the_same_user_under_their_latest_name(house: House) -> None:
    subject = f"user_{uuid4().hex}"
    viewers = []
    for name in ("Ada", "Ada L."):
        identity = Identity(subject, "ada@example.org", name, "session_1", houses.LATER)
        async with house.api.transactions.unit_of_work() as session:
            viewers.append(await users.sign_in(session, identity=identity))
    assert viewers[0] == viewers[1]
    assert (viewers[0].subject, viewers[0].session_id, viewers[0].expires_at) == (
        subject,
        "session_1",
        houses.LATER,
    )


async def test_a_new_project_has_clean_words_and_the_products_defaults(house: House) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        project = await create(session, house.viewer, "  Lamps \n of  the north ")
        assert (project.name, project.description) == ("Lamps of the north", "about lamps")
        settings = await projects.settings(session, viewer=house.viewer, project_id=project.id)
    assert (settings.rag_strategy, settings.num_chunks, settings.similarity_threshold) == (
        RagStrategy.BASIC,
        5,
        0.3,
    )


@pytest.mark.parametrize(
    ("name", "dimensions", "field"),
    [("  ", 384, "name"), ("x" * 201, 384, "name"), ("Lamps", 4001, "embedding_dimensions")],
)
async def test_a_bad_project_is_refused_with_the_field_at_fault(
    house: House, name: str, dimensions: int, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
            await create(session, house.viewer, name, dimensions)
    assert refused.value.field == field
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        assert (await projects.page(session, viewer=house.viewer, first=10, after=None)).total_count == 1


async def test_lists_are_read_in_pages_from_the_newest_on(house: House) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        for number in range(3):
            await create(session, house.viewer, f"Project {number}")
        first = await projects.page(session, viewer=house.viewer, first=3, after=None)
        rest = await projects.page(session, viewer=house.viewer, first=3, after=first.cursors[-1])
    assert [row.name for row in first.rows] == ["Project 2", "Project 1", "Project 0"]
    assert [row.name for row in rest.rows] == ["Lighthouse"]


@pytest.mark.parametrize(
    ("first", "after", "field"), [(0, None, "first"), (101, None, "first"), (5, "nonsense", "after")]
)
async def test_a_bad_page_is_refused(house: House, first: int, after: str | None, field: str) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        with pytest.raises(Invalid) as refused:
            await projects.page(session, viewer=house.viewer, first=first, after=after)
    assert refused.value.field == field


async def test_settings_within_their_ranges_are_kept(house: House) -> None:
    values = {"num_chunks": 20, "similarity_threshold": 0.0, "fusion": Fusion.RRF, "use_reranking": True}
    values |= {"rag_strategy": RagStrategy.MULTI_QUERY_HYBRID, "vector_weight": 0.0}
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        settings = await projects.update_settings(
            session, viewer=house.viewer, project_id=house.project_id, values=values
        )
    assert {name: getattr(settings, name) for name in values} == values


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_chunks", 0),
        ("num_chunks", 21),
        ("num_chunks", True),
        ("similarity_threshold", float("nan")),
        ("similarity_threshold", 1.1),
        ("multi_query_count", 9),
        ("rag_strategy", "BEST"),
        ("use_reranking", 2),
        ("project_id", uuid4()),
    ],
)
async def test_a_setting_out_of_range_or_unknown_changes_nothing(
    house: House, name: str, value: object
) -> None:
    before = await settings_of(house)
    with pytest.raises(Invalid) as refused:
        async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
            await projects.update_settings(
                session,
                viewer=house.viewer,
                project_id=house.project_id,
                values={"final_context_size": 7, name: value},
            )
    assert refused.value.field == name
    assert await settings_of(house) == before


@pytest.mark.parametrize(
    "values", [{"vector_weight": 0.0, "keyword_weight": 0.0}, {"vector_weight": 0.0}, {"vector_weight": 0}]
)
async def test_weights_may_not_both_be_nothing(house: House, values: dict[str, float]) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await projects.update_settings(
            session, viewer=house.viewer, project_id=house.project_id, values={"keyword_weight": 0.0}
        )
    with pytest.raises(Invalid) as refused:
        async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
            await projects.update_settings(
                session, viewer=house.viewer, project_id=house.project_id, values=values
            )
    assert refused.value.field in values
    assert (await settings_of(house))["vector_weight"] == 0.5


async def settings_of(house: House) -> dict[str, object]:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        row = await projects.settings(session, viewer=house.viewer, project_id=house.project_id)
    return row.model_dump()


async def test_a_stranger_finds_nothing(house: House) -> None:
    stranger = await houses.person(house.worker)
    project_id = house.project_id
    async with house.api.transactions.unit_of_work(viewer=stranger.user_id) as session:
        for call in (
            projects.get(session, viewer=stranger, project_id=project_id),
            projects.settings(session, viewer=stranger, project_id=project_id),
            projects.update(session, viewer=stranger, project_id=project_id, name="mine"),
            projects.update_settings(session, viewer=stranger, project_id=project_id, values={}),
        ):
            with pytest.raises(NotFound):
                await call
        page = await projects.page(session, viewer=stranger, first=10, after=None)
    assert (page.rows, page.total_count) == ([], 0)
    with pytest.raises(NotFound):
        await delete(house, stranger)


async def delete(house: House, viewer: Viewer) -> object:
    return await projects.delete(
        house.api.transactions, viewer=viewer, project_id=house.project_id, storage=house.api.storage
    )


async def test_a_member_changes_the_project_but_does_not_delete_it(house: House) -> None:
    member = await houses.person(house.worker)
    await join(house, member, house.project_id)
    async with house.api.transactions.unit_of_work(viewer=member.user_id) as session:
        row = await projects.update(session, viewer=member, project_id=house.project_id, name="Ours")
    assert (row.name, row.description) == ("Ours", "")
    with pytest.raises(NotAllowed):
        await delete(house, member)
    async with house.api.transactions.unit_of_work(viewer=member.user_id) as session:
        assert (await projects.get(session, viewer=member, project_id=house.project_id)).name == "Ours"


async def test_deleting_takes_documents_chunks_objects_and_streams_and_says_how_many(house: House) -> None:
    document_id, waiting_id = await house.upload(markdown(3)), await house.upload(markdown(1))
    await house.ingest()
    prefix = f"projects/{house.project_id}/"
    await house.worker.storage.put(f"{prefix}documents/{document_id}/images/a", b"image", "image/png")
    receipt = await projects.delete(
        house.api.transactions, viewer=house.viewer, project_id=house.project_id, storage=house.api.storage
    )
    removed = receipt.removed
    assert (removed.num_documents, removed.num_chunks, removed.num_vectors) == (2, 3, 3)
    assert (receipt.num_objects, receipt.num_streams) == (3, 2)
    assert await house.counts() == {"chunks": 0, "vectors": 0, "staged": 0, "staged_vectors": 0}
    assert [page async for page in house.worker.storage.pages(prefix)] == []
    assert [await house.history(each) for each in (document_id, waiting_id)] == [[], []]
    assert await house.ingest() is False
