"""Projects as their members and strangers reach them through the API's role."""

from db.engine import Database
from db.models import (
    MemberRole,
    RagStrategy,
)
from db.queries import (
    projects,
)
from db.queries.projects import NewProject
from tests.db import seed
from tests.db.seed import viewing


async def test_the_api_makes_a_project_whole(database: Database, api_database: Database) -> None:
    user_id = await seed.user(database)
    async with viewing(api_database, user_id) as session:
        made = await projects.insert(session, project=NewProject(user_id, "Reports", "All", "model-x", 384))
    async with viewing(api_database, user_id) as session:
        assert await projects.get(session, made.id) == made
        assert await projects.role_of(session, project_id=made.id, user_id=user_id) is MemberRole.OWNER
        settings = (await projects.settings_of(session, [made.id]))[made.id]
        generation = await projects.active_generation(session, made.id)
    assert (settings.rag_strategy, settings.num_chunks) == (RagStrategy.BASIC, 5)
    assert isinstance(settings.rag_strategy, RagStrategy)
    assert generation is not None
    assert (generation.model, generation.dimensions) == ("model-x", 384)


async def test_projects_are_listed_for_their_members_alone(
    database: Database, api_database: Database
) -> None:
    home, stranger = await seed.home(database), await seed.home(database)
    async with viewing(api_database, home.user_id) as session:
        page = await projects.page(session, first=10)
    assert ([row.id for row in page.rows], page.total_count) == ([home.project_id], 1)
    async with database.sessions() as session:
        page = await projects.page(session, first=10, member_id=stranger.user_id)
        assert [row.id for row in page.rows] == [stranger.project_id]
        assert (await projects.page(session, first=10)).total_count == 2


async def test_changes_come_back_as_rows_and_a_stranger_changes_nothing(
    database: Database, api_database: Database
) -> None:
    home, stranger = await seed.home(database), await seed.user(database)
    async with viewing(api_database, home.user_id) as session:
        before = await projects.get(session, home.project_id)
        after = await projects.update(session, home.project_id, values={"name": "New"})
        assert after is before and after is not None and after.name == "New"
        changed = await projects.update_settings(session, home.project_id, values={"num_chunks": 9})
        assert changed is not None and changed.num_chunks == 9
    async with viewing(api_database, stranger) as session:
        assert await projects.update(session, home.project_id, values={"name": "x"}) is None
        assert await projects.update_settings(session, home.project_id, values={"num_chunks": 1}) is None
        assert await projects.get(session, home.project_id) is None
