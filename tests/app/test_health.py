"""Whether the API says the truth about its health."""

from backend.settings import RedisSettings, Settings
from tests.fixtures.served import Served, serving


async def test_a_process_that_answers_is_alive(served: Served) -> None:
    response = await served.http.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_every_dependency_answers(served: Served) -> None:
    response = await served.http.get("/readyz")
    assert (response.status_code, response.json()) == (
        200,
        {"database": "ok", "redis": "ok", "storage": "ok"},
    )


async def test_it_names_the_dependency_that_does_not_answer(runtime_settings: Settings, issuer) -> None:
    away = runtime_settings.model_copy(update={"redis": RedisSettings(url="redis://127.0.0.1:1/0")})
    async with serving(away, issuer) as served:
        response = await served.http.get("/readyz")
        assert (response.status_code, response.json()) == (
            503,
            {"database": "ok", "redis": "down", "storage": "ok"},
        )
