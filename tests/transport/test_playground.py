"""The playground works with no other host, where it is asked for."""

import re
from typing import Any

from backend.settings import Settings
from tests.fixtures.served import Served, serving

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_there_is_none_unless_it_is_asked_for(standing: Served) -> None:
    assert (await standing.http.get("/graphql", headers=HTML)).status_code == 400
    assert (await standing.http.get("/playground/graphiql.min.js")).status_code == 404


async def test_its_page_loads_files_of_ours_alone(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer, playground=True) as served:
        page = await served.http.get("/graphql", headers=HTML)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-security-policy"].startswith("default-src 'self';")
        files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(files) == 6
        for file in files:
            assert file.startswith("/playground/")
            assert (await served.http.get(file)).status_code == 200
        assert "Copyright" in (await served.http.get("/playground/LICENSES.txt")).text


async def test_programs_still_get_data(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer, playground=True) as served:
        query = {"query": "{ __typename }"}
        response = await served.http.get("/graphql", params=query, headers=HTML)
        assert response.json()["data"] == {"__typename": "Query"}


async def test_the_bare_host_leads_to_it(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer, playground=True) as served:
        response = await served.http.get("/")
        assert (response.status_code, response.headers["location"]) == (307, "/graphql")
